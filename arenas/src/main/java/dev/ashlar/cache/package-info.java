/**
 * Caches of cells: magazines, the table that finds a thread's, the stripes of virtual threads, and how much all may hold.
 *
 * <p>May use the core's {@code os} and {@code block}. A cache belongs to one thread at a time; table and stripes are thread-safe. Nothing here
 * refers to a pool or an arena.
 */
@NullMarked
package dev.ashlar.cache;

import org.jspecify.annotations.NullMarked;
