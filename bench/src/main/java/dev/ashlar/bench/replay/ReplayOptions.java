package dev.ashlar.bench.replay;

import java.util.List;

import dev.ashlar.Coalescing;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.MemoryPoolBuilder;
import dev.ashlar.heap.Heap;
import dev.ashlar.heap.HeapBuilder;
import org.jspecify.annotations.Nullable;

/**
 * How to replay.
 *
 * @param allocators to compare, in the order of the table
 * @param policy of Ashlar
 * @param favour of an adaptive policy
 * @param coalescing of Ashlar, or null for what each builder sets by itself: deferred for the pool, immediate for the heap
 * @param passes timed passes, at least 1
 * @param verify whether to compare Ashlar's own view of its blocks with the replay's
 * @param validateEvery events between two validations of Ashlar in the checked pass, or 0 for none
 * @param capacityBytes of Ashlar, or {@link #CAPACITY_FROM_TRACE}
 * @param regionBytes of Ashlar, or {@link #DEFAULT_REGION_BYTES}
 * @param parallel whether each recorded thread is replayed by a thread of its own
 */
public record ReplayOptions(
        List<AllocatorKind> allocators,
        FitPolicy policy,
        Favour favour,
        @Nullable Coalescing coalescing,
        int passes,
        boolean verify,
        long validateEvery,
        long capacityBytes,
        long regionBytes,
        boolean parallel) {
    /** The capacity is eight times what the trace needs at its peak, at least 256 MiB. */
    public static final long CAPACITY_FROM_TRACE = 0;

    /** The pool or the heap chooses. */
    public static final long DEFAULT_REGION_BYTES = 0;

    private static final long MIN_CAPACITY_BYTES = 256L << 20;
    // The most that a heap takes. A trace that needs more fails at an event, which says more than a refused option.
    private static final long MAX_CAPACITY_BYTES = 1L << 46;
    private static final long CAPACITY_STEP_BYTES = 64L << 20;
    private static final int CAPACITY_PER_PEAK = 8;

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if there is no allocator, one that has one owner is to be used by several threads, a number is out of
     *     its range, or Ashlar refuses the sizes
     */
    public ReplayOptions {
        allocators = List.copyOf(allocators);
        if (allocators.isEmpty()) {
            throw new IllegalArgumentException("allocators: none (expected: at least one)");
        }
        checkAtLeast(1, passes, "passes");
        checkAtLeast(0, validateEvery, "validateEvery");
        for (AllocatorKind allocator : allocators) {
            if (parallel && !allocator.isForManyThreads()) {
                throw new IllegalArgumentException("parallel: " + allocator.displayName()
                        + " has one owner (expected: allocators for many threads, such as "
                        + AllocatorKind.ASHLAR.displayName() + ")");
            }
        }
        if (allocators.contains(AllocatorKind.HEAP)) {
            checkHeap(capacityBytes, regionBytes);
        } else {
            checkPool(capacityBytes, regionBytes);
        }
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

    /**
     * The coalescing of an allocator.
     *
     * @param allocator one of Ashlar's
     * @return what was asked for, or else its default
     */
    public Coalescing coalescingOf(AllocatorKind allocator) {
        return coalescing == null ? allocator.defaultCoalescing() : coalescing;
    }

    /** The pool is built in a child; what it would refuse there is refused here. */
    private static void checkPool(long capacityBytes, long regionBytes) {
        MemoryPoolBuilder builder = MemoryPool.builder();
        if (capacityBytes != CAPACITY_FROM_TRACE) {
            builder.capacity(capacityBytes);
        }
        if (regionBytes != DEFAULT_REGION_BYTES) {
            builder.regionSize(regionBytes);
        }
    }

    /** The same for the heap, which takes no other sizes than the pool does. */
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
