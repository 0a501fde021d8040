/**
 * Microbenchmarks of single operations. What a whole program costs, {@code dev.ashlar.bench.replay} measures.
 *
 * <p>Where Ashlar is compared with {@code malloc} alone, each has benchmark methods of its own, so that no call site is shared and none
 * is dispatched. The benchmarks named {@code Peer} run through {@code dev.ashlar.bench.peer}, one allocator a fork. They run with
 *
 * <pre>{@code
 *   ./ashlar jmh PairBenchmark -prof gc
 * }</pre>
 *
 * <p>{@code -prof gc} adds the bytes of Java heap per operation ({@code gc.alloc.rate.norm}): 0 on every path measured here.
 */
@NullMarked
package dev.ashlar.bench.jmh;

import org.jspecify.annotations.NullMarked;
