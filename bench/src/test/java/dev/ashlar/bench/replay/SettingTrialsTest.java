package dev.ashlar.bench.replay;

import java.nio.file.Files;
import java.nio.file.Path;

import dev.ashlar.Coalescing;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.bench.replay.SettingTrials.Trial;
import dev.ashlar.trace.TraceFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Trials of one trace, whole or in part. */
class SettingTrialsTest {
    @TempDir
    private Path folder;

    private TraceSource source(int events) throws Exception {
        return new TraceSource("random", SmallTraces.writeRandom(folder.resolve("trace"), events, 7));
    }

    @Test
    void open_shortTrace_isReplayedWhole() throws Exception {
        try (SettingTrials trials = SettingTrials.open(source(1000), 1000)) {
            assertEquals(1000, trials.events());
            assertEquals(1000, trials.eventsInFile());
        }
        assertTrue(Files.exists(folder.resolve("trace")));
    }

    @Test
    void open_longTrace_isCutToItsFirstEvents() throws Exception {
        TraceSource whole = source(3000);
        TraceFigures all = TraceFigures.of(FlatTrace.read(whole.file()));
        try (SettingTrials trials = SettingTrials.open(whole, 1000)) {
            assertEquals(1000, trials.events());
            assertEquals(3000, trials.eventsInFile());
            assertTrue(trials.peakRequestedBytes() <= all.peakRequestedBytes());
            assertTrue(trials.peakRequestedBytes() > 0);
        }
    }

    @Test
    void open_damagedTrace_isRefused() throws Exception {
        Path file = Files.writeString(folder.resolve("damaged"), "no trace");
        assertThrows(TraceFormatException.class, () -> SettingTrials.open(new TraceSource("damaged", file), 10));
    }

    @Test
    void run_setting_hasFiguresAndSamples() throws Exception {
        try (SettingTrials trials = SettingTrials.open(source(20_000), 20_000)) {
            Trial trial = trials.run(AllocatorKind.HEAP, FitPolicy.BEST_FIT, Favour.SPEED, Coalescing.DEFERRED, 0, 1);
            assertTrue(trial.nanosPerEvent() > 0);
            assertNotNull(trial.peakCommittedBytes());
            assertEquals(5, trial.series().size());
            assertEquals(4096, trial.series().get(0).event());
            assertEquals(20_000, trial.series().get(4).event());
            assertFalse(trial.series().stream().anyMatch(sample -> sample.fragmentation() == null));
            ReplayException thrown = assertThrows(
                    ReplayException.class,
                    () -> trials.run(AllocatorKind.HEAP, FitPolicy.BEST_FIT, Favour.SPEED, Coalescing.DEFERRED, 1 << 20,
                            1));
            assertTrue(String.valueOf(thrown.getMessage()).contains("--capacity gives it more"), thrown::getMessage);
        }
    }
}
