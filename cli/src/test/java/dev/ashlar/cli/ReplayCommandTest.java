package dev.ashlar.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.ashlar.trace.TraceWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Whole replays of a small trace, from the command line to child JVMs and back. */
class ReplayCommandTest {
    private static final int ROUNDS = 1500;

    @TempDir
    Path directory;

    private Path trace = Path.of("");

    @BeforeEach
    void writeTrace() throws IOException {
        trace = directory.resolve("small.atrace.gz");
        try (TraceWriter writer = TraceWriter.create(trace)) {
            for (int round = 0; round < ROUNDS; round++) {
                long kept = writer.allocate(0, round);
                long freed = writer.allocateAligned(1, round % 50, 256);
                writer.resize(0, kept, 2L * round);
                writer.free(1, freed);
            }
        }
    }

    @Test
    void replay_smallTrace_printsARowPerAllocator() {
        CommandRun run =
                CommandRun.of("replay", trace.toString(), "--passes", "2", "--verify", "--validate-every", "500");

        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
        List<String> lines = run.out().lines().toList();
        assertEquals(8, lines.size(), run.out());
        assertTrue(
                lines.get(1).startsWith("Ashlar with BEST_FIT, coalescing DEFERRED; one thread; 2 timed passes"),
                lines.get(1));
        assertTrue(lines.get(4).startsWith("trace  alloc.     events"), lines.get(4));
        assertTrue(lines.get(5).matches("small  ashlar      6,000 .* yes"), lines.get(5));
        assertTrue(lines.get(6).matches("small  malloc      6,000 .* yes"), lines.get(6));
        assertTrue(lines.get(7).matches("small  arena       6,000 .* yes"), lines.get(7));
    }

    @Test
    void replay_jsonToStandardOutput_printsNothingElse() {
        CommandRun run = CommandRun.of("replay", trace.toString(), "--passes=1", "--allocators=malloc", "--json", "-");

        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
        assertTrue(run.out().startsWith("{"), run.out());
        assertTrue(run.out().endsWith("}\n"), run.out());
        assertTrue(run.out().contains("\"trace\" : \"small\""), run.out());
    }

    @Test
    void replay_jsonToAFile_printsTheTableToo() throws IOException {
        Path json = directory.resolve("result.json");

        CommandRun run = CommandRun.of(
                "replay", trace.toString(), "--passes=1", "--allocators=ashlar", "--policy=Worst-Fit",
                "--coalescing=Immediate", "--json", json.toString());

        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("small  ashlar"), run.out());
        String written = Files.readString(json);
        assertTrue(written.contains("\"policy\" : \"WORST_FIT\""), written);
        assertTrue(written.contains("\"coalescing\" : \"IMMEDIATE\""), written);
    }

    @Test
    void replay_adaptive_printsEachSwitchWithItsReason() throws IOException {
        Path scattering = directory.resolve("scattering.atrace.gz");
        try (TraceWriter writer = TraceWriter.create(scattering)) {
            List<Long> freed = new ArrayList<>();
            for (int i = 0; i < 4000; i++) {
                long block = writer.allocate(0, 2000);
                if (i % 2 == 0) {
                    freed.add(block);
                }
            }
            for (long block : freed) {
                writer.free(0, block);
            }
            for (int i = 0; i < 5000; i++) {
                writer.free(0, writer.allocate(0, 100));
            }
        }
        Path json = directory.resolve("switches.json");

        CommandRun run = CommandRun.of(
                "replay", scattering.toString(), "--passes=1", "--allocators=heap", "--policy=adaptive",
                "--favour=footprint", "--region-size=1MiB", "--json", json.toString());

        assertEquals(0, run.exitCode(), run.err());
        List<String> lines = run.out().lines().toList();
        assertTrue(lines.get(1).startsWith("Ashlar with ADAPTIVE for FOOTPRINT, coalescing"), lines.get(1));
        assertEquals(7, lines.size(), run.out());
        String change = lines.get(6).strip();
        assertTrue(
                change.matches(
                        "arena 0, window \\d+: BEST_FIT to FIRST_FIT, as free memory is scattered over several regions"
                                + " \\(\\d+\\.\\d% scattered over 8 regions, \\d+\\.\\d steps a search\\)"),
                change);
        assertTrue(Files.readString(json).contains("\"policySwitches\" : [ \"" + change + "\" ]"), run.out());
    }

    @Test
    void replay_heap_takesThePoolsPlace() {
        CommandRun run = CommandRun.of("replay", trace.toString(), "--passes=1", "--heap", "--verify");

        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
        List<String> lines = run.out().lines().toList();
        assertTrue(
                lines.get(1).startsWith("Ashlar with BEST_FIT, coalescing IMMEDIATE (heap); one thread; 1 timed"),
                lines.get(1));
        assertTrue(lines.get(5).matches("small  heap        6,000 .* yes"), lines.get(5));
        assertTrue(lines.get(6).matches("small  malloc      6,000 .* yes"), lines.get(6));
        assertTrue(lines.get(7).matches("small  arena       6,000 .* yes"), lines.get(7));
    }

    @Test
    void replay_parallel_showsThreadsAndWaits() {
        CommandRun run = CommandRun.of(
                "replay", trace.toString(), "--passes=1", "--allocators=ashlar,ashlar-segment", "--parallel",
                "--verify");

        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
        List<String> lines = run.out().lines().toList();
        assertTrue(lines.get(1).contains("; each recorded thread on a thread of its own; 1 timed"), lines.get(1));
        assertTrue(lines.get(4).endsWith("  threads      waits  fied"), lines.get(4));
        assertTrue(lines.get(5).matches("small  ashlar              6,000 .* 2 +0  yes"), lines.get(5));
        assertTrue(lines.get(6).matches("small  ashlar-segment      6,000 .* 2 +0  yes"), lines.get(6));
    }

    @Test
    void replay_parallelJson_hasThreadsAndWaits() {
        CommandRun run = CommandRun.of(
                "replay", trace.toString(), "--passes=1", "--allocators=malloc", "--parallel", "--json=-");

        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("\"threads\" : 2"), run.out());
        assertTrue(run.out().contains("\"waits\" : 0"), run.out());
    }

    @Test
    void replay_damagedTrace_isOneLineAndExit1() throws IOException {
        byte[] bytes = Files.readAllBytes(trace);
        Files.write(trace, Arrays.copyOf(bytes, bytes.length - 100));

        CommandRun run = CommandRun.of("replay", trace.toString());

        assertEquals(1, run.exitCode());
        assertEquals("", run.out());
        assertTrue(run.err().matches("ashlar replay: \\S*small.atrace.gz: offset \\d+: .* \\(expected: .*\\)\\s+"),
                run.err());
    }

    @Test
    void replay_checkFails_namesTheEventAndExits1() {
        CommandRun run = CommandRun.of("replay", trace.toString(), "--allocators=ashlar", "--capacity=1MiB");

        assertEquals(1, run.exitCode());
        assertEquals("", run.out());
        assertTrue(run.err().matches("ashlar replay: ashlar on small.atrace.gz: event \\d+ \\(.*PoolExhausted.*\\s+"),
                run.err());
    }

    @Test
    void replay_stacktrace_showsWhereItArose() throws IOException {
        Files.writeString(trace, "no trace");

        CommandRun run = CommandRun.of("replay", "--stacktrace", trace.toString());

        assertEquals(1, run.exitCode());
        assertTrue(run.err().contains("\tat dev.ashlar"), run.err());
        assertFalse(CommandRun.of("replay", trace.toString()).err().contains("\tat "));
    }

    @Test
    void replay_jsonCantBeWritten_isRefusedBeforeTheReplay() {
        CommandRun run = CommandRun.of("replay", trace.toString(), "--json", directory.resolve("no/file").toString());

        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("can't be written"), run.err());
    }

    @Test
    void replay_regionSizeThatNoHeapTakes_isWrongUsage() {
        CommandRun run = CommandRun.of("replay", trace.toString(), "--region-size", "3MiB");

        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("regionSize: 3145728 (expected: a power of two)"), run.err());
    }

    @Test
    void replay_carriedNameWithoutItsFile_saysWhereItShouldBe() {
        String home = System.getProperty("ashlar.home", "");
        System.setProperty("ashlar.home", directory.toString());
        try {
            CommandRun run = CommandRun.of("replay");

            assertEquals(2, run.exitCode());
            assertTrue(run.err().contains(directory.resolve("traces/sqlite.atrace.gz") + ": not there"), run.err());
        } finally {
            System.setProperty("ashlar.home", home);
        }
    }
}
