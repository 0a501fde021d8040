package dev.ashlar.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

import dev.ashlar.bench.compare.Cell;
import dev.ashlar.bench.peer.PeerKind;
import dev.ashlar.bench.workload.WorkloadKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Workloads from the command line to child JVMs and back. */
class WorkloadCommandTest {
    @TempDir
    Path directory;

    @Test
    void workload_twoAllocators_printsARowOfEach() {
        CommandRun run = CommandRun.of(
                "workload", "glibc-thread", "--seconds", "0.01", "--threads=2", "--allocators=netty-pooled,heap");

        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
        assertTrue(run.out().startsWith("2 threads, 0.01 s a run, seed "), run.out());
        assertTrue(run.out().contains("\nglibc-thread   netty-pooled "), run.out());
        assertTrue(run.out().contains("heap                  -  skipped: 2 threads at once"), run.out());
    }

    @Test
    void workload_jsonToStandardOutput_printsNothingElse() {
        CommandRun run = CommandRun.of(
                "workload", "cache-thrash", "--seconds=0.01", "--threads=1", "--allocators=null", "--json=-");

        assertEquals("", run.err());
        assertTrue(run.out().startsWith("{"), run.out());
        assertTrue(run.out().contains("\"operation\" : \"write\""), run.out());
    }

    @Test
    void help_namesEveryWorkloadAndAllocator() {
        String help = CommandRun.of("workload", "--help").out().replaceAll("\\s+", " ");
        for (WorkloadKind workload : WorkloadKind.values()) {
            assertTrue(help.contains(workload.displayName()), workload.displayName());
        }
        assertEquals(
                Arrays.stream(PeerKind.values()).map(PeerKind::displayName).collect(Collectors.joining(", ")),
                Converters.Peer.NAMES);
        assertEquals(
                Arrays.stream(Cell.values()).map(Cell::displayName).collect(Collectors.joining(", ")),
                Converters.Cells.NAMES);
        CommandRun.of("workload", "--help").out().lines().forEach(line -> assertTrue(line.length() <= 100, line));
        CommandRun.of("compare", "--help").out().lines().forEach(line -> assertTrue(line.length() <= 100, line));
    }

    @Test
    void compare_homeWithoutTraces_isWrongUsage() {
        String home = System.getProperty("ashlar.home", "");
        System.setProperty("ashlar.home", directory.toString());
        try {
            CommandRun run = CommandRun.of("compare", "--allocators=null");

            assertEquals(2, run.exitCode());
            assertTrue(run.err().contains(directory.resolve("traces/sqlite.atrace.gz") + ": not there"), run.err());
        } finally {
            System.setProperty("ashlar.home", home);
        }
    }
}
