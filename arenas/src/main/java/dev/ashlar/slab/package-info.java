/**
 * Cells of equal size in slabs: their bitmaps, lists of slabs that have free cells, and their validator.
 *
 * <p>May use the core's {@code dev.ashlar}, {@code os}, {@code block} and {@code region}. Not thread-safe: an arena's lock guards its slabs.
 */
@NullMarked
package dev.ashlar.slab;

import org.jspecify.annotations.NullMarked;
