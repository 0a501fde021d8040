package dev.ashlar.bench.replay;

import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

import dev.ashlar.bench.memory.ResidentMemory;
import dev.ashlar.bench.replay.ReplayAllocator.HeapFigures;
import dev.ashlar.bench.replay.ResidentPass.Footprint;
import org.jspecify.annotations.Nullable;

/**
 * {@link ResidentPass} with a thread for each recorded one. Each thread samples after every {@link ReplayLoop#SLICE_EVENTS} events of its own,
 * one at a time. The threads have replayed something before the baseline is taken, so that most of their stacks is in it.
 */
final class ParallelResidentPass {
    private static final int WARM_UP_PASSES = 20;

    private final ParallelTrace trace;
    private final BiFunction<Integer, BitSet, ReplayAllocator> allocators;
    private final Object sampling = new Object();

    // Guarded by sampling.
    private long peakResidentBytes;
    private long peakCommittedBytes;
    private List<String> policySwitches = List.of();

    /**
     * A pass over a trace.
     *
     * @param trace to replay
     * @param allocators makes a new allocator for a number of blocks, of which some are handed over
     */
    ParallelResidentPass(ParallelTrace trace, BiFunction<Integer, BitSet, ReplayAllocator> allocators) {
        this.trace = trace;
        this.allocators = allocators;
    }

    /** Runs the pass, once. */
    Footprint run() throws IOException, ReplayException {
        try (ResidentMemory memory = ResidentMemory.openOrNull();
                ReplayCrew crew = new ReplayCrew(trace.threadCount())) {
            replay(warmUpTrace(Math.max(1, crew.threadCount())), WARM_UP_PASSES, crew, memory);
            System.gc();
            long baselineBytes = memory == null ? 0 : memory.bytes();
            peakResidentBytes = 0;
            peakCommittedBytes = 0;
            Optional<HeapFigures> atEnd = replay(trace, 1, crew, memory);
            return new Footprint(
                    memory == null ? null : Math.max(0, peakResidentBytes - baselineBytes),
                    atEnd.isEmpty() ? null : peakCommittedBytes,
                    atEnd,
                    policySwitches,
                    List.of());
        }
    }

    private Optional<HeapFigures> replay(
            ParallelTrace replayed, int passes, ReplayCrew crew, @Nullable ResidentMemory memory)
            throws ReplayException {
        Handover handover = new Handover(replayed.handovers(), crew::hasFailed);
        ParallelLoop loop = new ParallelLoop(replayed, handover);
        Optional<HeapFigures> atEnd = Optional.empty();
        try (ReplayAllocator allocator = allocators.apply(replayed.blockCount(), replayed.handedOver())) {
            ParallelViews views = ParallelViews.open(allocator, crew);
            for (int pass = 0; pass < passes; pass++) {
                handover.nextPass();
                crew.run(thread -> {
                    int end = thread < replayed.threadCount() ? replayed.end(thread) : 0;
                    for (int from = replayed.start(thread); from < end; from = ReplayLoop.sliceEnd(from, end)) {
                        loop.runSliceTouchingPages(views.of(thread), from, ReplayLoop.sliceEnd(from, end));
                        sample(allocator, memory);
                    }
                });
                atEnd = allocator.figures();
                policySwitches = allocator.policySwitches();
                crew.run(thread -> loop.freeLeft(thread, views.of(thread)));
            }
            views.close();
        }
        return atEnd;
    }

    private void sample(ReplayAllocator allocator, @Nullable ResidentMemory memory) throws IOException {
        synchronized (sampling) {
            if (memory != null) {
                peakResidentBytes = Math.max(peakResidentBytes, memory.bytes());
            }
            allocator.figures()
                    .ifPresent(figures -> peakCommittedBytes = Math.max(peakCommittedBytes, figures.committedBytes()));
        }
    }

    /** The warm-up of {@link ResidentPass}, each round by another thread, and with each round's last block freed by the next one's. */
    private static ParallelTrace warmUpTrace(int threads) throws ReplayException {
        int rounds = Math.max(1000, 2 * threads);
        FlatTrace.Builder builder = new FlatTrace.Builder(rounds * ResidentPass.WARM_UP_ROUND_EVENTS);
        int[] who = new int[Math.toIntExact(rounds * ResidentPass.WARM_UP_ROUND_EVENTS)];
        int events = 0;
        for (int round = 0; round < rounds; round++) {
            int last = ResidentPass.addWarmUpRound(builder, round);
            while (events < (round + 1) * ResidentPass.WARM_UP_ROUND_EVENTS - 1) {
                who[events++] = round % threads;
            }
            builder.free(last);
            who[events++] = (round + 1) % threads;
        }
        return ParallelTrace.of(builder.build(), who);
    }
}
