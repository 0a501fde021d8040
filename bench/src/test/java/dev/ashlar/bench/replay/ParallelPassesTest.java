package dev.ashlar.bench.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.bench.memory.Memory;
import dev.ashlar.trace.TraceWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static dev.ashlar.bench.replay.Messages.assertSays;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Parallel passes of the real allocators, each in this JVM, on small traces in which blocks change hands all the time. */
class ParallelPassesTest {
    private static final int EVENTS = 4000;
    private static final long SEED = 21;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HEAP")
    void checkedPass_heavyHandover_passes(AllocatorKind kind) throws IOException, ReplayException {
        ParallelTrace trace = SmallTraces.randomParallel(directory, EVENTS, 6, SEED);
        assertTrue(trace.handovers() > EVENTS / 4, "handovers: " + trace.handovers());
        try (ReplayAllocator allocator = open(kind, trace)) {
            new ParallelCheckedPass(trace, allocator, true, 300).run();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HEAP")
    void checkedPass_freesOfBlocksThatAnotherAllocatesLate_passes(AllocatorKind kind)
            throws IOException, ReplayException {
        ParallelTrace trace = ParallelTrace.read(writeLateFrees(500));
        assertEquals(500, trace.handovers());
        try (ReplayAllocator allocator = open(kind, trace)) {
            new ParallelCheckedPass(trace, allocator, true, CheckedPass.NEVER).run();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HEAP")
    void residentPass_coversWhatWasRequested(AllocatorKind kind) throws IOException, ReplayException {
        ParallelTrace trace = SmallTraces.randomParallel(directory, EVENTS, 3, SEED);

        ResidentPass.Footprint footprint = new ParallelResidentPass(
                trace, (blockCount, handedOver) -> kind.open(task(kind), blockCount, handedOver))
                .run();

        assertEquals(kind.isAshlar(), footprint.atEnd().isPresent());
        assertEquals(kind.isAshlar(), footprint.peakCommittedBytes() != null);
    }

    @Test
    void timedPasses_leaveNothingBehindAndCountThreads() throws IOException, ReplayException {
        ParallelTrace trace = SmallTraces.randomParallel(directory, EVENTS, 4, SEED);
        try (ReplayAllocator allocator = open(AllocatorKind.ASHLAR, trace)) {
            ParallelTimedPasses.Result result = new ParallelTimedPasses(trace, allocator).run(2);

            assertTrue(result.timing().best() > 0, result.toString());
            assertEquals(4, result.threads());
            assertTrue(result.waits() >= 0 && result.waits() <= trace.handovers(), result.toString());
            allocator.audit(new LiveBlockModel(0));
        }
    }

    @Test
    void passes_emptyTrace_end() throws IOException, ReplayException {
        ParallelTrace trace = ParallelTrace.of(new FlatTrace.Builder(0).build(), new int[0]);
        try (ReplayAllocator allocator = open(AllocatorKind.ASHLAR, trace)) {
            new ParallelCheckedPass(trace, allocator, true, 1).run();
        }
        new ParallelResidentPass(trace, (blockCount, handedOver) -> new ForwardingAllocator()).run();
    }

    @Test
    void checkedPass_damageByOneThread_isFoundByTheNext() throws IOException, ReplayException {
        ParallelTrace trace = ParallelTrace.read(writeLateFrees(50));

        CheckFailedException e = assertFails(trace, new ForwardingAllocator() {
            private long first;

            @Override
            public synchronized long allocate(int block, long byteSize) {
                long address = super.allocate(block, byteSize);
                first = block == 0 ? address : first;
                if (block == 49) {
                    Memory.putByte(first + 3, (byte) (Memory.getByte(first + 3) ^ 1));
                }
                return address;
            }
        });

        assertEquals(99, e.event(), e.getMessage());
        assertSays("event 99 (free, block 0): block 0 at ", e);
        assertSays("byte 3 of 100", e);
    }

    @Test
    void checkedPass_oneThreadFails_theOthersDoNotWaitForIt() throws IOException, ReplayException {
        ParallelTrace trace = ParallelTrace.read(writeLateFrees(50));

        CheckFailedException e = assertFails(trace, new ForwardingAllocator() {
            @Override
            public long allocate(int block, long byteSize) {
                if (block == 30) {
                    throw new IllegalStateException("planted");
                }
                return super.allocate(block, byteSize);
            }
        });

        assertEquals(30, e.event(), e.getMessage());
        assertSays("planted", e);
    }

    @Test
    void checkedPass_blocksOverlap_isFound() throws IOException, ReplayException {
        ParallelTrace trace = ParallelTrace.read(writeLateFrees(50));

        CheckFailedException e = assertFails(trace, new ForwardingAllocator() {
            private long first;

            @Override
            public synchronized long allocate(int block, long byteSize) {
                first = block == 0 ? super.allocate(block, byteSize) : first;
                return block == 0 || block == 7 ? first : super.allocate(block, byteSize);
            }
        });

        assertEquals(7, e.event(), e.getMessage());
        assertSays("overlaps block 0 of 100 bytes", e);
    }

    @Test
    void checkedPass_validations_areBusyOnesUntilTheEnd() throws IOException, ReplayException {
        ParallelTrace trace = ParallelTrace.read(writeLateFrees(50));
        AtomicInteger busy = new AtomicInteger();
        List<Long> liveAtAudits = new ArrayList<>();
        ReplayAllocator allocator = new ForwardingAllocator() {
            @Override
            public void validateBusy() {
                busy.incrementAndGet();
            }

            @Override
            public void audit(LiveBlockModel expected) {
                liveAtAudits.add(expected.liveBlocks());
            }
        };

        new ParallelCheckedPass(trace, allocator, true, 20).run();

        // Each thread after its 20th and 40th event.
        assertEquals(4, busy.get());
        assertEquals(List.of(3L, 0L), liveAtAudits);
    }

    @Test
    void checkedPass_validationFailsAtTheEnd_saysSo() throws IOException, ReplayException {
        ParallelTrace trace = ParallelTrace.read(writeLateFrees(5));

        CheckFailedException e = assertThrows(
                CheckFailedException.class,
                () -> new ParallelCheckedPass(trace, new ForwardingAllocator() {
                    @Override
                    public void validate() {
                        throw new IllegalStateException("damaged");
                    }
                }, true, CheckedPass.NEVER).run());

        assertSays("after the last of 13 events: java.lang.IllegalStateException: damaged", e);
    }

    /**
     * Thread 1 allocates blocks; thread 0 frees them all, the last one first, so that it waits until all are there. Then it has some of its own,
     * and leaves them.
     */
    private Path writeLateFrees(int blocks) throws IOException {
        Path file = directory.resolve("late-" + blocks + ".atrace.gz");
        try (TraceWriter writer = TraceWriter.create(file)) {
            for (int block = 0; block < blocks; block++) {
                writer.allocate(1, 100 + block);
            }
            for (int block = blocks - 1; block >= 0; block--) {
                writer.free(0, block);
            }
            for (int i = 0; i < 3; i++) {
                writer.allocate(0, 50_000);
            }
        }
        return file;
    }

    private static CheckFailedException assertFails(ParallelTrace trace, ReplayAllocator allocator) {
        return assertThrows(
                CheckFailedException.class,
                () -> new ParallelCheckedPass(trace, allocator, true, CheckedPass.NEVER).run());
    }

    private static ReplayAllocator open(AllocatorKind kind, ParallelTrace trace) {
        return kind.open(task(kind), trace.blockCount(), trace.handedOver());
    }

    private static ReplayTask task(AllocatorKind kind) {
        return new ReplayTask(
                ReplayTask.Kind.CHECK,
                Path.of("none"),
                kind,
                FitPolicy.SEGREGATED_FIT,
                Favour.SPEED,
                kind.defaultCoalescing(),
                256L << 20,
                ReplayOptions.DEFAULT_REGION_BYTES,
                1,
                true,
                0,
                true);
    }
}
