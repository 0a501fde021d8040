package dev.ashlar.bench.workload;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.ashlar.bench.peer.Blocks;
import dev.ashlar.bench.peer.Peer;
import dev.ashlar.bench.peer.PeerKind;
import dev.ashlar.bench.peer.Worker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Each workload, small, over allocators that count. */
class WorkloadsTest {
    private static final double SCALE = 0.002;

    static Stream<Arguments> runnable() {
        List<Arguments> all = new ArrayList<>();
        for (WorkloadKind workload : WorkloadKind.values()) {
            for (PeerKind peer : List.of(
                    PeerKind.NULL, PeerKind.MALLOC, PeerKind.HEAP, PeerKind.ARENA, PeerKind.ASHLAR,
                    PeerKind.ASHLAR_CONFINED)) {
                for (int threads = 1; threads <= 3; threads += 2) {
                    if (workload.reasonToSkip(peer, threads).isEmpty()) {
                        all.add(Arguments.of(workload, peer, threads));
                    }
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("runnable")
    void run_freesEveryBlockAndClosesEveryWorker(WorkloadKind workload, PeerKind kind, int threads)
            throws InterruptedException {
        try (Peer peer = kind.open()) {
            CountingPeer counting = new CountingPeer(peer);
            Stage stage = new Stage(counting, kind.keepsContents(), tiny(threads));

            workload.create().run(stage);

            assertTrue(counting.allocations.get() > 0);
            assertEquals(counting.allocations.get(), counting.frees.get());
            assertEquals(0, counting.openWorkers.get());
            // Larson's preparation does not count.
            boolean countsAll = workload != WorkloadKind.LARSON;
            assertEquals(countsAll, counting.allocations.get() == stage.sum().allocations());
            assertEquals(countsAll, counting.frees.get() == stage.sum().frees());
            assertTrue(workload.unit().count(stage.sum()) > 0);
            assertTrue(stage.sum().histogram().getTotalCount() > 0);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"XMALLOC", "XMALLOC_SIZES", "MSTRESS", "ALLOC_TEST", "ENGINE"})
    void run_allocatorThatLosesContents_isFound(WorkloadKind workload) {
        try (Peer peer = PeerKind.NULL.open()) {
            Stage stage = new Stage(peer, true, tiny(1));

            ContentsException e = assertThrows(ContentsException.class, () -> workload.create().run(stage));

            assertTrue(String.valueOf(e.getMessage()).contains("(expected: "), e.toString());
        }
    }

    @ParameterizedTest
    @EnumSource
    void run_allocatorThatFails_endsWithItsException(WorkloadKind workload) {
        Stage stage = new Stage(new FailingPeer(), true, tiny(2));

        assertThrows(OutOfMemoryError.class, () -> workload.create().run(stage));
    }

    @Test
    void reasonToSkip_saysWhatTheAllocatorLacks() {
        assertEquals(
                "4 threads at once (heap has one owner)",
                WorkloadKind.XMALLOC.reasonToSkip(PeerKind.HEAP, 2).orElseThrow());
        assertEquals(
                "frees what other threads allocated (arena has blocks that only their own thread can free)",
                WorkloadKind.LARSON.reasonToSkip(PeerKind.ARENA, 1).orElseThrow());
        assertTrue(WorkloadKind.LARSON.reasonToSkip(PeerKind.HEAP, 1).isEmpty());
        assertTrue(WorkloadKind.ALLOC_TEST.reasonToSkip(PeerKind.ARENA, 8).isEmpty());
    }

    @Test
    void child_measuresOneRun() throws IOException, InterruptedException {
        WorkloadResult result = WorkloadChild.run(WorkloadKind.GLIBC_THREAD, PeerKind.MALLOC, 2, 0.001);

        assertTrue(result.operations() > 0 && result.seconds() > 0, result.toString());
        assertTrue(result.p50Nanos() <= result.p99Nanos() && result.p99Nanos() <= result.maxNanos(), result.toString());
        assertEquals(result, WorkloadResult.ofJson(result.toJson()));
    }

    @Test
    void child_allArgumentsTravel() {
        assertEquals(
                List.of("SH6BENCH", "NETTY_POOLED", "3", "0.5"),
                WorkloadChild.arguments(WorkloadKind.SH6BENCH, PeerKind.NETTY_POOLED, 3, 0.5));
    }

    @Test
    void result_unknownKey_isRefused() {
        IOException e = assertThrows(IOException.class, () -> WorkloadResult.ofJson("{\"speed\": 1}"));

        assertEquals("result: key speed (expected: one of WorkloadResult)", e.getMessage());
    }

    @Test
    void options_noThread_isRefused() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> StageOptions.full(0, 1, Meter.NEVER));

        assertEquals("threads: 0 (expected: at least 1)", e.getMessage());
    }

    /** So little that clock and time have no say: what must be done is done once. */
    private static StageOptions tiny(int threads) {
        return new StageOptions(threads, 0, SCALE, 1, StageOptions.SEED);
    }

    /** Serves no request. */
    private static final class FailingPeer implements Peer {
        private final Peer blocks = PeerKind.NULL.open();

        @Override
        public Blocks newBlocks(int slotCount) {
            return blocks.newBlocks(slotCount);
        }

        @Override
        public Worker newWorker() {
            return new Worker() {
                @Override
                public void allocate(Blocks blocks, int slot, long byteSize) {
                    throw new OutOfMemoryError("none");
                }

                @Override
                public void allocateAligned(Blocks blocks, int slot, long byteSize, long alignment) {
                    throw new OutOfMemoryError("none");
                }

                @Override
                public void resize(Blocks blocks, int slot, long byteSize) {
                    throw new OutOfMemoryError("none");
                }

                @Override
                public void free(Blocks blocks, int slot) {
                    throw new AssertionError("freed what was never there");
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void close() {
            blocks.close();
        }
    }
}
