/**
 * The order in which locks may be taken, as an enum that asserts it. Uses nothing but {@code java.base}; seen by Ashlar's own modules alone.
 *
 * <p>Everything here is called inside {@code assert} statements only: without assertions nothing of it is done, and no class of it is initialised.
 */
@NullMarked
package dev.ashlar.lock;

import org.jspecify.annotations.NullMarked;
