package dev.ashlar.bench.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The real allocators, each in this JVM, on a small trace. */
class AllocatorsTest {
    private static final int EVENTS = 3000;
    private static final long SEED = 11;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void checkedPass_eachAllocator_passes(AllocatorKind kind) throws IOException, CheckFailedException {
        FlatTrace trace = SmallTraces.random(directory, EVENTS, SEED);
        try (ReplayAllocator allocator = kind.open(task(kind, FitPolicy.BEST_FIT), trace.blockCount())) {
            new CheckedPass(trace, allocator, true, 500).run();
        }
    }

    @ParameterizedTest
    @EnumSource
    void checkedPass_eachPolicy_passes(FitPolicy policy) throws IOException, CheckFailedException {
        FlatTrace trace = SmallTraces.random(directory, EVENTS, SEED + 1);
        for (AllocatorKind kind : List.of(AllocatorKind.ASHLAR, AllocatorKind.HEAP)) {
            try (ReplayAllocator allocator = kind.open(task(kind, policy), 0)) {
                new CheckedPass(trace, allocator, true, 100).run();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void residentPass_eachAllocator_coversWhatWasRequested(AllocatorKind kind) throws IOException {
        FlatTrace trace = SmallTraces.random(directory, EVENTS, SEED);

        ResidentPass.Footprint footprint = new ResidentPass(
                trace, blockCount -> kind.open(task(kind, FitPolicy.SEGREGATED_FIT), blockCount))
                .run();

        assertEquals(kind.isAshlar(), footprint.atEnd().isPresent());
        Long committedBytes = footprint.peakCommittedBytes();
        assertTrue(committedBytes == null || committedBytes >= footprint.atEnd().orElseThrow().largestFreeBytes());
    }

    @Test
    void timedPasses_leaveNothingBehind() throws IOException {
        FlatTrace trace = SmallTraces.random(directory, 100, SEED);
        ReplayTask task = task(AllocatorKind.ASHLAR, FitPolicy.SEGREGATED_FIT);
        try (ReplayAllocator allocator = AllocatorKind.ASHLAR.open(task, trace.blockCount())) {
            TimedPasses.Timing timing = new TimedPasses(trace, allocator).run(3);
            assertTrue(timing.best() > 0 && timing.best() <= timing.median(), timing.toString());
            allocator.audit(new LiveBlockModel(0));
        }
    }

    @Test
    void timing_evenNumberOfPasses_takesTheMiddle() {
        assertEquals(
                new TimedPasses.Timing(2.5, 1), TimedPasses.Timing.of(new long[] {40, 10, 20, 30}, 10));
        assertEquals(new TimedPasses.Timing(3, 1), TimedPasses.Timing.of(new long[] {90, 10, 30}, 10));
    }

    private static ReplayTask task(AllocatorKind kind, FitPolicy policy) {
        return new ReplayTask(
                ReplayTask.Kind.CHECK,
                Path.of("none"),
                kind,
                policy,
                Favour.SPEED,
                kind.defaultCoalescing(),
                256L << 20,
                ReplayOptions.DEFAULT_REGION_BYTES,
                1,
                true,
                0,
                false);
    }
}
