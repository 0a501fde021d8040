package dev.ashlar.bench.replay;

import org.jspecify.annotations.Nullable;

/**
 * What an allocator took at one moment of a replay. What is null is unknown.
 *
 * @param event how many events had been replayed
 * @param committedBytes that the allocator had asked from the operating system
 * @param residentBytes that resident memory had grown
 * @param fragmentation as {@link dev.ashlar.HeapStatistics#fragmentation()} defines it
 */
public record Sample(
        long event,
        @Nullable Long committedBytes,
        @Nullable Long residentBytes,
        @Nullable Double fragmentation) {}
