package dev.ashlar.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import dev.ashlar.trace.TraceWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What-if over a small trace, from the command line to child JVMs and back. */
class WhatIfCommandTest {
    @TempDir
    Path directory;

    private Path trace() throws IOException {
        Path file = directory.resolve("small.atrace.gz");
        try (TraceWriter writer = TraceWriter.create(file)) {
            for (int round = 0; round < 1500; round++) {
                long kept = writer.allocate(0, round);
                long freed = writer.allocateAligned(1, round % 50, 256);
                writer.resize(0, kept, 2L * round);
                writer.free(1, freed);
            }
        }
        return file;
    }

    @Test
    void whatif_smallTrace_printsARowPerSettingARecommendationAndJson() throws IOException {
        Path json = directory.resolve("result.json");

        CommandRun run = CommandRun.of(
                "whatif", trace().toString(), "--allocators=heap", "--policies=best", "--passes=1", "--events=5000",
                "--json", json.toString());

        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
        List<String> lines = run.out().lines().toList();
        assertEquals(9, lines.size(), run.out());
        assertTrue(
                lines.get(1).startsWith("the first 5,000 events of 6,000 (--events takes more), peak requested "),
                lines.get(1));
        assertTrue(lines.get(5).startsWith("heap    best        deferred  "), lines.get(5));
        assertTrue(lines.get(6).startsWith("heap    best        immediate "), lines.get(6));
        assertTrue(lines.get(8).startsWith("heap: best, "), lines.get(8));
        assertTrue(Files.readString(json).contains("\"eventsInFile\" : 6000"));
    }

    @Test
    void whatif_capacityTooSmall_failsWithTheReason() throws IOException {
        CommandRun run = CommandRun.of(
                "whatif", trace().toString(), "--allocators=heap", "--policies=best", "--passes=1", "--capacity=1MiB");

        assertEquals(1, run.exitCode());
        assertTrue(run.err().startsWith("ashlar whatif: every setting failed; the first: heap on small"), run.err());
        assertTrue(run.out().contains("heap    best        deferred   failed: "), run.out());
    }

    @Test
    void whatif_noSuchFile_isWrongUsage() {
        CommandRun run = CommandRun.of("whatif", "no/such/file");

        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("neither a carried trace nor a file"), run.err());
        assertEquals("", run.out());
    }

    @Test
    void whatif_damagedFile_failsAndSaysWhere() throws IOException {
        Path file = Files.writeString(directory.resolve("damaged"), "no trace");

        CommandRun run = CommandRun.of("whatif", file.toString());

        assertEquals(1, run.exitCode());
        assertTrue(run.err().startsWith("ashlar whatif: "), run.err());
        assertTrue(run.err().contains("damaged"), run.err());
        assertEquals("", run.out());
    }

    @Test
    void whatif_truncatedFile_failsBeforeAnyTrial() throws IOException {
        Path whole = trace();
        byte[] bytes = Files.readAllBytes(whole);
        Files.write(whole, Arrays.copyOf(bytes, bytes.length / 2));

        CommandRun run = CommandRun.of("whatif", whole.toString());

        assertEquals(1, run.exitCode());
        assertEquals("", run.out());
    }

    @Test
    void whatif_allocatorThatIsNotAshlars_isWrongUsage() throws IOException {
        CommandRun run = CommandRun.of("whatif", trace().toString(), "--allocators=malloc");

        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("expected: at least one, of Ashlar's"), run.err());
    }

    @Test
    void whatif_jsonWhereItCantBeWritten_isWrongUsage() throws IOException {
        CommandRun run = CommandRun.of("whatif", trace().toString(), "--json", "/no/such/folder/file");

        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("--json"), run.err());
    }
}
