package dev.ashlar.bench.replay;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

import dev.ashlar.bench.memory.ResidentMemory;
import dev.ashlar.bench.replay.ReplayAllocator.HeapFigures;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a fresh heap that writes to every page of each block, to see what the operating system counts.
 *
 * <p>Sampled every {@link ReplayLoop#SLICE_EVENTS} events, as growth over a baseline taken before the first one. What else grows in
 * a JVM is kept out of it: the Java heap is of fixed size and touched before {@code main}; classes are loaded, and code is compiled,
 * by a small trace that another instance of the allocator replays first. The child is started with C1 alone, which hardly ever
 * compiles a method twice, and needs little memory when it does.
 */
final class ResidentPass {
    static final long WARM_UP_ROUND_EVENTS = 8;

    private static final int WARM_UP_PASSES = 50;

    private final FlatTrace trace;
    private final IntFunction<ReplayAllocator> allocators;

    private long baselineBytes;
    private long peakResidentBytes;
    private long peakCommittedBytes;
    private List<String> policySwitches = List.of();
    private Series series = new Series();

    /**
     * A pass over a trace.
     *
     * @param trace to replay
     * @param allocators makes a new allocator for a number of blocks
     */
    ResidentPass(FlatTrace trace, IntFunction<ReplayAllocator> allocators) {
        this.trace = trace;
        this.allocators = allocators;
    }

    /** Runs the pass, once. */
    Footprint run() throws IOException {
        try (ResidentMemory memory = ResidentMemory.openOrNull()) {
            replay(warmUpTrace(), WARM_UP_PASSES, memory);
            System.gc();
            baselineBytes = memory == null ? 0 : memory.bytes();
            peakResidentBytes = 0;
            peakCommittedBytes = 0;
            series = new Series();
            Optional<HeapFigures> atEnd = replay(trace, 1, memory);
            return new Footprint(
                    memory == null ? null : peakResidentBytes, atEnd.isEmpty() ? null : peakCommittedBytes, atEnd,
                    policySwitches,
                    series.samples());
        }
    }

    private Optional<HeapFigures> replay(FlatTrace replayed, int passes, @Nullable ResidentMemory memory)
            throws IOException {
        long[] addresses = new long[replayed.blockCount()];
        int eventCount = replayed.eventCount();
        Optional<HeapFigures> atEnd = Optional.empty();
        try (ReplayAllocator allocator = allocators.apply(replayed.blockCount())) {
            for (int pass = 0; pass < passes; pass++) {
                for (int from = 0; from < eventCount; from = ReplayLoop.sliceEnd(from, eventCount)) {
                    int to = ReplayLoop.sliceEnd(from, eventCount);
                    ReplayLoop.runSliceTouchingPages(replayed, allocator, addresses, from, to);
                    sample(to, allocator, memory);
                }
                atEnd = allocator.figures();
                policySwitches = allocator.policySwitches();
                ReplayLoop.freeLeft(allocator, addresses);
            }
        }
        return atEnd;
    }

    private void sample(int event, ReplayAllocator allocator, @Nullable ResidentMemory memory) throws IOException {
        Long residentBytes = memory == null ? null : (Long) (memory.bytes() - baselineBytes);
        if (residentBytes != null) {
            peakResidentBytes = Math.max(peakResidentBytes, residentBytes);
        }
        HeapFigures figures = allocator.figures().orElse(null);
        if (figures == null) {
            series.add(new Sample(event, null, residentBytes, null));
        } else {
            peakCommittedBytes = Math.max(peakCommittedBytes, figures.committedBytes());
            series.add(new Sample(event, figures.committedBytes(), residentBytes, figures.fragmentation()));
        }
    }

    /** Every operation, often enough to be compiled, over a few kilobytes. */
    private static FlatTrace warmUpTrace() {
        int rounds = 1000;
        FlatTrace.Builder builder = new FlatTrace.Builder(rounds * WARM_UP_ROUND_EVENTS);
        for (int round = 0; round < rounds; round++) {
            builder.free(addWarmUpRound(builder, round));
        }
        return builder.build();
    }

    /** All events of a round but the last, which frees the block that is returned. */
    static int addWarmUpRound(FlatTrace.Builder builder, int round) {
        int small = builder.allocate(16 + round % 100);
        int aligned = builder.allocateAligned(40, 64);
        int resized = builder.allocate(100);
        builder.resize(resized, 400);
        builder.free(small);
        builder.resize(resized, 50);
        builder.free(aligned);
        return resized;
    }

    /**
     * What the pass took.
     *
     * @param peakResidentBytes the most that resident memory grew over the baseline, or null where it can't be read
     * @param peakCommittedBytes the most that the allocator had committed at a sample, or null if it does not tell
     * @param atEnd the allocator's own figures after the last event, before what was left is freed
     * @param policySwitches how an adaptive policy was switched until then
     * @param series how it went, in a few hundred samples; empty for a parallel replay
     */
    record Footprint(
            @Nullable Long peakResidentBytes,
            @Nullable Long peakCommittedBytes,
            Optional<HeapFigures> atEnd,
            List<String> policySwitches,
            List<Sample> series) {}
}
