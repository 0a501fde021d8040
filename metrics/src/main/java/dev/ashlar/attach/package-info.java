/**
 * Other processes of the same user see and steer the pools of this one: a server on a Unix-domain socket that only its owner can reach, and its client,
 * {@link dev.ashlar.attach.AttachClient}.
 *
 * <p>Reading starts at {@code Protocol}; then {@code AttachServer} and {@code Operations}. Uses {@code dev.ashlar} and {@code dev.ashlar.arenas}, the map and the doctor. What
 * listens holds no pool, and the JVM does not wait for it.
 */
@NullMarked
package dev.ashlar.attach;

import org.jspecify.annotations.NullMarked;
