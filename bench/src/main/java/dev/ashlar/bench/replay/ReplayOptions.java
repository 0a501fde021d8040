package dev.ashlar.bench.replay;

import java.util.List;

import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import dev.ashlar.heap.Heap;
import dev.ashlar.heap.HeapBuilder;

/**
 * How to replay.
 *
 * @param allocators to compare, in the order of the table
 * @param policy of the Ashlar heap
 * @param coalescing of the Ashlar heap
 * @param passes timed passes, at least 1
 * @param verify whether to compare the Ashlar heap's own view of its blocks with the replay's
 * @param validateEvery events between two validations of the Ashlar heap in the checked pass, or 0 for none
 * @param capacityBytes of the Ashlar heap, or {@link #CAPACITY_FROM_TRACE}
 * @param regionBytes of the Ashlar heap, or {@link #DEFAULT_REGION_BYTES}
 */
public record ReplayOptions(
        List<AllocatorKind> allocators,
        FitPolicy policy,
        Coalescing coalescing,
        int passes,
        boolean verify,
        long validateEvery,
        long capacityBytes,
        long regionBytes) {
    /** The capacity is eight times what the trace needs at its peak, at least 256 MiB. */
    public static final long CAPACITY_FROM_TRACE = 0;

    /** The heap chooses. */
    public static final long DEFAULT_REGION_BYTES = 0;

    private static final long MIN_CAPACITY_BYTES = 256L << 20;
    // The most that a heap takes. A trace that needs more fails at an event, which says more than a refused option.
    private static final long MAX_CAPACITY_BYTES = 1L << 46;
    private static final long CAPACITY_STEP_BYTES = 64L << 20;
    private static final int CAPACITY_PER_PEAK = 8;

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if there is no allocator, a number is out of its range, or a heap refuses the sizes
     */
    public ReplayOptions {
        allocators = List.copyOf(allocators);
        if (allocators.isEmpty()) {
            throw new IllegalArgumentException("allocators: none (expected: at least one)");
        }
        checkAtLeast(1, passes, "passes");
        checkAtLeast(0, validateEvery, "validateEvery");
        checkHeap(capacityBytes, regionBytes);
    }

    /** The capacity for a trace that needs {@code floorBytes} at its peak. */
    long capacityFor(long floorBytes) {
        if (capacityBytes != CAPACITY_FROM_TRACE) {
            return capacityBytes;
        }
        long bounded =
                Math.clamp(floorBytes, MIN_CAPACITY_BYTES / CAPACITY_PER_PEAK, MAX_CAPACITY_BYTES / CAPACITY_PER_PEAK);
        return Math.ceilDiv(bounded * CAPACITY_PER_PEAK, CAPACITY_STEP_BYTES) * CAPACITY_STEP_BYTES;
    }

    /** The heap is built in a child; what it would refuse there is refused here. */
    private static void checkHeap(long capacityBytes, long regionBytes) {
        HeapBuilder builder = Heap.builder();
        if (capacityBytes != CAPACITY_FROM_TRACE) {
            builder.capacity(capacityBytes);
        }
        if (regionBytes != DEFAULT_REGION_BYTES) {
            builder.regionSize(regionBytes);
        }
    }

    private static void checkAtLeast(long least, long value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: at least " + least + ")");
        }
    }
}
