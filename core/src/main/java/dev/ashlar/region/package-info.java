/**
 * Regions, and the blocks in them: acquire, carve, split, merge, resize in place, give back, walk.
 *
 * <p>May use {@code dev.ashlar}, {@code os}, {@code block} and {@code fit}. Not thread-safe: the heap, or later an arena under its lock, calls.
 */
@NullMarked
package dev.ashlar.region;

import org.jspecify.annotations.NullMarked;
