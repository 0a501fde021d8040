/**
 * Blocks of a pool to disk and back: a file, or a set of files on several volumes, and a registry that does it by itself under pressure.
 *
 * <p>May use {@code arenas}, and of the core {@code space} and {@code space.volume}. Thread-safe.
 */
@NullMarked
package dev.ashlar.spill;

import org.jspecify.annotations.NullMarked;
