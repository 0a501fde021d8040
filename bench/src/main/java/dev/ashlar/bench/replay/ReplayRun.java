package dev.ashlar.bench.replay;

import java.util.List;

import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import org.jspecify.annotations.Nullable;

/**
 * How one allocator did on one trace. What is null is unknown, or has no meaning for that allocator.
 *
 * @param trace name of the trace
 * @param allocator that replayed it
 * @param policy of an Ashlar pool or heap
 * @param coalescing of an Ashlar pool or heap
 * @param threads that replayed it: 1, however many were recorded; in a parallel replay as many as were recorded
 * @param waits of a parallel replay: how many events of a pass had to wait for another thread; median of the timed passes
 * @param events of the trace
 * @param nanosPerEvent median of the timed passes
 * @param nanosPerEventBest best of the timed passes
 * @param peakRequestedBytes the most bytes requested and not yet freed, after any one event; the trace's, not the allocator's
 * @param peakCommittedBytes the most the allocator had asked from the operating system, sampled every 4,096 events
 * @param peakResidentBytes the most that resident memory grew in a pass that writes to every page, sampled every 4,096 events
 * @param floorBytes what the live blocks take at their peak without fragmentation: headers and payloads as rounded
 * @param largestFreeBytes usable bytes of the largest free block after the last event
 * @param fragmentation after the last event, 0 to 1, as {@link dev.ashlar.HeapStatistics#fragmentation()} defines it
 * @param policySwitches how an adaptive policy was switched in the third pass, in words, oldest first; the last 16 of each arena
 * @param verified whether the checked pass passed; a run whose check fails ends the replay
 */
public record ReplayRun(
        String trace,
        AllocatorKind allocator,
        @Nullable FitPolicy policy,
        @Nullable Coalescing coalescing,
        int threads,
        @Nullable Long waits,
        long events,
        double nanosPerEvent,
        double nanosPerEventBest,
        long peakRequestedBytes,
        @Nullable Long peakCommittedBytes,
        @Nullable Long peakResidentBytes,
        @Nullable Long floorBytes,
        @Nullable Long largestFreeBytes,
        @Nullable Double fragmentation,
        List<String> policySwitches,
        boolean verified) {
    /** Copies the list. */
    public ReplayRun {
        policySwitches = List.copyOf(policySwitches);
    }
}
