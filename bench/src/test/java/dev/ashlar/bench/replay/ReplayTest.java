package dev.ashlar.bench.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.ashlar.Coalescing;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.trace.TraceFormatException;
import dev.ashlar.trace.TraceWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static dev.ashlar.bench.replay.Messages.assertSays;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Whole replays, with child JVMs. */
class ReplayTest {
    private static final int EVENTS = 3000;

    @TempDir
    Path directory;

    private final List<String> steps = new ArrayList<>();
    private final List<ReplayRun> ended = new ArrayList<>();
    private final ReplayListener listener = new ReplayListener() {
        @Override
        public void stepStarted(int number, int total, String what) {
            steps.add((number + 1) + "/" + total + " " + what);
        }

        @Override
        public void runEnded(ReplayRun run) {
            ended.add(run);
        }
    };

    @Test
    void run_smallTrace_measuresEachAllocator() throws IOException, ReplayException, InterruptedException {
        TraceSource source = randomSource();

        ReplayReport report =
                new Replay(List.of(source), options(AllocatorKind.DEFAULTS, 0), listener).run();

        assertEquals(ended, report.runs());
        assertEquals(
                AllocatorKind.DEFAULTS,
                report.runs().stream().map(ReplayRun::allocator).toList());
        for (ReplayRun run : report.runs()) {
            assertEquals("small", run.trace());
            assertEquals(EVENTS, run.events());
            assertTrue(run.nanosPerEvent() >= run.nanosPerEventBest() && run.nanosPerEventBest() > 0, run.toString());
            assertTrue(run.verified());
        }
        ReplayRun ashlar = report.runs().getFirst();
        assertEquals(FitPolicy.BEST_FIT, ashlar.policy());
        assertEquals(Coalescing.DEFERRED, ashlar.coalescing());
        assertNotNull(ashlar.floorBytes());
        assertNotNull(ashlar.peakCommittedBytes());
        assertTrue(ashlar.floorBytes() > ashlar.peakRequestedBytes());
        assertTrue(ashlar.peakCommittedBytes() > ashlar.floorBytes());
        assertNull(report.runs().getLast().policy());
        assertEquals("1/10 small: reading the trace", steps.getFirst());
        assertEquals("10/10 small, arena: resident memory", steps.getLast());
    }

    @Test
    void run_parallel_reportsThreadsAndWaits() throws IOException, ReplayException, InterruptedException {
        ReplayOptions options = new ReplayOptions(
                List.of(AllocatorKind.ASHLAR, AllocatorKind.ARENA),
                FitPolicy.SEGREGATED_FIT,
                Favour.SPEED,
                null,
                1,
                true,
                100,
                ReplayOptions.CAPACITY_FROM_TRACE,
                ReplayOptions.DEFAULT_REGION_BYTES,
                true);

        ReplayReport report = new Replay(List.of(randomSource()), options, listener).run();

        for (ReplayRun run : report.runs()) {
            assertEquals(3, run.threads());
            assertNotNull(run.waits());
            assertTrue(run.waits() >= 0 && run.waits() <= EVENTS, run.toString());
            assertTrue(run.nanosPerEvent() > 0 && run.verified(), run.toString());
        }
        assertEquals(Coalescing.DEFERRED, report.runs().getFirst().coalescing());
        assertNotNull(report.runs().getFirst().peakCommittedBytes());
    }

    @Test
    void run_parallelAllocatorTooSmall_namesTheEvent() throws IOException {
        Path file = directory.resolve("large.atrace.gz");
        try (TraceWriter writer = TraceWriter.create(file)) {
            long early = writer.allocate(0, 1000);
            long large = writer.allocate(1, 64 << 20);
            writer.free(0, large);
            writer.free(1, early);
        }
        ReplayOptions options = new ReplayOptions(
                List.of(AllocatorKind.ASHLAR), FitPolicy.FIRST_FIT, Favour.SPEED, null, 1, false, 0, 16 << 20, 0, true);

        ReplayException e = assertThrows(
                ReplayException.class,
                () -> new Replay(List.of(new TraceSource("large", file)), options, listener).run());

        assertSays("ashlar on large.atrace.gz: event 1 (allocate 67108864 bytes, block 1)", e);
    }

    @Test
    void options_heapInParallel_isRefused() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> new ReplayOptions(
                        List.of(AllocatorKind.ASHLAR, AllocatorKind.HEAP),
                        FitPolicy.BEST_FIT, Favour.SPEED, null, 1, false, 0, 0, 0, true));

        assertSays("parallel: heap has one owner", e);
    }

    @Test
    void run_damagedTrace_isRefusedBeforeAnyPass() throws IOException {
        TraceSource good = randomSource();
        Path damaged = Files.write(directory.resolve("damaged.atrace.gz"), new byte[100]);

        assertThrows(
                TraceFormatException.class,
                () -> new Replay(
                        List.of(good, new TraceSource("damaged", damaged)),
                        options(List.of(AllocatorKind.ASHLAR), 0),
                        listener)
                        .run());

        assertEquals(List.of(), ended);
        assertEquals(2, steps.size());
    }

    @Test
    void run_heapTooSmallForTheTrace_namesTheEvent() throws IOException {
        Path file = directory.resolve("large.atrace.gz");
        try (TraceWriter writer = TraceWriter.create(file)) {
            writer.allocate(0, 1000);
            writer.allocate(0, 64 << 20);
        }

        ReplayException e = assertThrows(
                ReplayException.class,
                () -> new Replay(
                        List.of(new TraceSource("large", file)),
                        options(List.of(AllocatorKind.ASHLAR), 16 << 20),
                        listener)
                        .run());

        assertSays("ashlar on large.atrace.gz: event 1 (allocate 67108864 bytes, block 1)", e);
    }

    @Test
    void childJvm_childEndsUnexpectedly_reportsWhatItSaid() throws IOException {
        ReplayTask task = new ReplayTask(
                ReplayTask.Kind.TIME,
                directory.resolve("gone.atrace.gz"),
                AllocatorKind.MALLOC,
                FitPolicy.BEST_FIT,
                Favour.SPEED,
                Coalescing.IMMEDIATE,
                1 << 20,
                0,
                1,
                false,
                0,
                false);

        ReplayException e = assertThrows(
                ReplayException.class, () -> ChildJvm.run(task, new TraceFigures(0, 0, 0, 0, 0)));

        assertSays("malloc on gone.atrace.gz: timed passes: the child JVM ended with exit code 1", e);
        assertSays("NoSuchFileException", e);
    }

    @Test
    void task_asArgumentsAndBack_isEqual() {
        ReplayTask task = new ReplayTask(
                ReplayTask.Kind.CHECK,
                Path.of("a folder", "a trace"),
                AllocatorKind.ARENA,
                FitPolicy.NEXT_FIT,
                Favour.SPEED,
                Coalescing.DEFERRED,
                1L << 40,
                1 << 22,
                9,
                true,
                12345,
                true);

        assertEquals(task, ReplayTask.ofArguments(task.toArguments()));
    }

    @Test
    void capacityFor_defaults_isEightTimesTheFloorInSteps() {
        ReplayOptions options = options(List.of(AllocatorKind.ASHLAR), 0);

        assertEquals(256L << 20, options.capacityFor(1));
        assertEquals(256L << 20, options.capacityFor(32 << 20));
        assertEquals(320L << 20, options.capacityFor((32 << 20) + 1));
        assertEquals(1L << 46, options.capacityFor(Long.MAX_VALUE / 2));
        assertEquals(5 << 20, options(List.of(AllocatorKind.ASHLAR), 5 << 20).capacityFor(64 << 20));
    }

    private TraceSource randomSource() throws IOException {
        return new TraceSource("small", SmallTraces.writeRandom(directory.resolve("small.atrace.gz"), EVENTS, 5));
    }

    private static ReplayOptions options(List<AllocatorKind> allocators, long capacityBytes) {
        return new ReplayOptions(
                allocators,
                FitPolicy.BEST_FIT,
                Favour.SPEED,
                Coalescing.DEFERRED,
                2,
                true,
                1000,
                capacityBytes,
                ReplayOptions.DEFAULT_REGION_BYTES,
                false);
    }
}
