/**
 * An off-heap hash aggregation whose state is several times as large as its pool: what spill is for.
 *
 * <p>Single-threaded, but for the pool's own worker.
 */
@NullMarked
package dev.ashlar.bench.aggregation;

import org.jspecify.annotations.NullMarked;
