package dev.ashlar.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ashlar.arenas.MemoryPool;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Call sites from the command line. */
class SitesCommandTest {
    @TempDir
    Path directory;

    private Path recording(int blocks) throws IOException {
        Path file = directory.resolve("app.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("dev.ashlar.BlockAllocated").withStackTrace().with("interval", "1");
            recording.enable("dev.ashlar.BlockFreed");
            recording.start();
            try (MemoryPool pool = MemoryPool.builder().name("app").capacity(16 << 20).build()) {
                for (int i = 0; i < blocks; i++) {
                    pool.allocateAddress(1000);
                    pool.freeAddress(pool.allocateAddress(500));
                }
            }
            recording.stop();
            recording.dump(file);
        }
        return file;
    }

    @Test
    void sites_recording_printsTheSitesAndWritesPageAndJson() throws IOException {
        Path page = directory.resolve("flames.html");
        Path json = directory.resolve("sites.json");

        CommandRun run = CommandRun.of(
                "sites", recording(10).toString(), "-o", page.toString(), "--json", json.toString(), "--pool", "app");

        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
        List<String> lines = run.out().lines().toList();
        assertEquals("9.8 KiB live at 1 call sites, estimated from 10 samples", lines.getFirst());
        assertTrue(lines.get(3).contains("SitesCommandTest.recording:"), run.out());
        assertTrue(Files.readString(page).contains("Live bytes of pool app in app.jfr"));
        JsonNode root = new ObjectMapper().readTree(json.toFile());
        assertEquals(10_000, root.get("liveBytes").asLong());
        assertEquals(15_000, root.get("allocatedBytes").asLong());
        assertEquals(10_000, root.get("sites").get(0).get("liveBytes").asLong());
        assertEquals("app", root.get("pools").get(0).asText());
    }

    @Test
    void sites_allocatedAsJsonToStandardOutput_printsNothingElse() throws IOException {
        CommandRun run = CommandRun.of("sites", recording(3).toString(), "--allocated", "--top=1", "--json");

        assertEquals(0, run.exitCode(), run.err());
        JsonNode root = new ObjectMapper().readTree(run.out());
        assertEquals(1, root.get("sites").size());
        assertEquals(4500, root.get("allocatedBytes").asLong());
    }

    @Test
    void sites_noSamples_failsAndSaysWhichEvents() throws IOException {
        CommandRun run = CommandRun.of("sites", recording(0).toString());

        assertEquals(1, run.exitCode());
        assertTrue(run.err().contains("no samples (expected: events dev.ashlar.BlockAllocated"), run.err());
        assertEquals("", run.out());
    }

    @Test
    void sites_damagedFile_failsAndSaysSo() throws IOException {
        Path file = directory.resolve("no.jfr");
        Files.writeString(file, "this is no recording, whatever its name says");

        CommandRun run = CommandRun.of("sites", file.toString());

        assertEquals(1, run.exitCode());
        assertTrue(run.err().contains("(expected: a recording of Flight Recorder, whole)"), run.err());
        assertFalse(run.err().contains("defect"), run.err());
    }

    @Test
    void sites_wrongArguments_areWrongUsage() throws IOException {
        String file = recording(1).toString();
        for (String[] arguments : new String[][] {
            {"sites"},
            {"sites", "no/such.jfr"},
            {"sites", directory.toString()},
            {"sites", file, "--top=0"},
            {"sites", file, "--top=many"},
            {"sites", file, "-o", "-"},
            {"sites", file, "-o", "no/such/folder/page.html"},
            {"sites", file, "--flames"},
            {"sites", file, file}
        }) {
            CommandRun run = CommandRun.of(arguments);
            assertEquals(2, run.exitCode(), () -> String.join(" ", arguments) + ": " + run.err());
            assertTrue(run.err().contains("see ./ashlar sites --help"), run.err());
        }
    }
}
