package dev.ashlar.bench.whatif;

import java.util.List;

import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.bench.replay.AllocatorKind;

/**
 * What to try.
 *
 * @param allocators of Ashlar's
 * @param policies of each of them
 * @param passes timed passes of each setting
 * @param maxEvents of the trace that are replayed
 * @param capacityBytes of each, or {@link dev.ashlar.bench.replay.ReplayOptions#CAPACITY_FROM_TRACE}
 * @param favour what the recommendation favours
 */
public record WhatIfOptions(
        List<AllocatorKind> allocators,
        List<FitPolicy> policies,
        int passes,
        long maxEvents,
        long capacityBytes,
        Favour favour) {
    /** The pool, and the heap for one owner. */
    public static final List<AllocatorKind> DEFAULT_ALLOCATORS = List.of(AllocatorKind.ASHLAR, AllocatorKind.HEAP);

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if there is no policy or no allocator, or one that is not Ashlar's, or a number is below 1
     */
    public WhatIfOptions {
        allocators = List.copyOf(allocators);
        if (allocators.isEmpty() || !allocators.stream().allMatch(AllocatorKind::isAshlar)) {
            throw new IllegalArgumentException("allocators: " + allocators + " (expected: at least one, of Ashlar's)");
        }
        policies = List.copyOf(policies);
        if (policies.isEmpty()) {
            throw new IllegalArgumentException("policies: none (expected: at least one)");
        }
        if (passes < 1 || maxEvents < 1) {
            throw new IllegalArgumentException(
                    "passes: " + passes + ", maxEvents: " + maxEvents + " (expected: at least 1)");
        }
    }
}
