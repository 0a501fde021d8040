package dev.ashlar.bench.replay;

import java.util.List;

import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ReplayTableTest {
    static final ReplayRun ASHLAR_RUN = new ReplayRun(
            "clickhouse",
            AllocatorKind.ASHLAR,
            FitPolicy.BEST_FIT,
            Coalescing.DEFERRED,
            1,
            null,
            1_301_481,
            63.94,
            61.0512,
            236_632_000,
            270_532_608L,
            256_696_320L,
            237_000_000L,
            67_108_840L,
            0.3456,
            List.of(),
            true);
    static final ReplayRun MALLOC_RUN = new ReplayRun(
            "sqlite",
            AllocatorKind.MALLOC,
            null,
            null,
            1,
            null,
            3_767_669,
            1234.5,
            999,
            60_817_408,
            null,
            null,
            null,
            null,
            null,
            List.of(),
            true);

    @Test
    void row_golden() {
        ReplayTable table = new ReplayTable(List.of("sqlite", "clickhouse"), AllocatorKind.DEFAULTS, false);

        String found =
                String.join("\n", table.head()) + "\n" + table.row(ASHLAR_RUN) + "\n" + table.row(MALLOC_RUN) + "\n";

        assertEquals("""
                                               ns/event  ns/event        peak        peak        peak  resident/     floor/     largest   frag-  veri-
                trace       alloc.     events    median      best   requested   committed    resident  requested  requested        free  mented  fied
                clickhouse  ashlar  1,301,481      63.9      61.1   225.7 MiB   258.0 MiB   244.8 MiB      1.085      1.002    64.0 MiB   34.6%  yes
                sqlite      malloc  3,767,669    1234.5     999.0    58.0 MiB           -           -          -          -           -       -  yes
                """, found);
    }

    @Test
    void row_parallel_showsThreadsAndWaitsInTheSameWidth() {
        List<AllocatorKind> allocators = List.of(AllocatorKind.ASHLAR);
        ReplayTable table = new ReplayTable(List.of("clickhouse"), allocators, true);
        ReplayRun run = new ReplayRun(
                "clickhouse", AllocatorKind.ASHLAR, FitPolicy.BEST_FIT, Coalescing.DEFERRED, 106, 1023L, 5, 1, 1, 1,
                null, null,
                null, null, null, List.of(), true);

        assertTrue(table.head().getLast().endsWith("  threads      waits  fied"), table.head().getLast());
        assertTrue(table.row(run).endsWith("      106      1,023  yes"), table.row(run));
        assertEquals(
                new ReplayTable(List.of("clickhouse"), allocators, false).row(run).length(),
                table.row(run).length());
    }

    @Test
    void row_longestUsualValues_fitIn140Columns() {
        ReplayTable table = new ReplayTable(List.of("clickhouse"), AllocatorKind.DEFAULTS, false);

        assertTrue(table.row(ASHLAR_RUN).length() <= 140);
        table.head().forEach(line -> assertTrue(line.length() <= 140));
    }

    @Test
    void row_longName_isCut() {
        String name = "a-recording-of-something-with-a-long-name";
        ReplayTable table = new ReplayTable(List.of(name), AllocatorKind.DEFAULTS, false);
        ReplayRun run = new ReplayRun(
                name, AllocatorKind.ARENA, null, null, 1, null, 0, 0, 0, 0, null, null, null, null, null, List.of(),
                true);

        assertTrue(table.row(run).startsWith("a-recording-of-someth...  arena"), table.row(run));
    }
}
