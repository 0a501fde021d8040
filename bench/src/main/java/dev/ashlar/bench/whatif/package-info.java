/**
 * What if a pool had been set otherwise: one trace, such as a recording of a live pool, under every fit policy and coalescing mode, side by side, and which of them to
 * take.
 *
 * <p>Uses {@code replay}. Not thread-safe, but for what is immutable.
 */
@NullMarked
package dev.ashlar.bench.whatif;

import org.jspecify.annotations.NullMarked;
