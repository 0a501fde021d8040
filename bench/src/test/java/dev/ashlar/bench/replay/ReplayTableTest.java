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
            1_301_481,
            63.94,
            61.0512,
            236_632_000,
            270_532_608L,
            256_696_320L,
            237_000_000L,
            67_108_840L,
            0.3456,
            true);
    static final ReplayRun MALLOC_RUN = new ReplayRun(
            "sqlite",
            AllocatorKind.MALLOC,
            null,
            null,
            1,
            3_767_669,
            1234.5,
            999,
            60_817_408,
            null,
            null,
            null,
            null,
            null,
            true);

    @Test
    void row_golden() {
        ReplayTable table = new ReplayTable(List.of("sqlite", "clickhouse"));

        String found =
                String.join("\n", table.head()) + "\n" + table.row(ASHLAR_RUN) + "\n" + table.row(MALLOC_RUN) + "\n";

        assertEquals("""
                GOLDEN
                """, found);
    }

    @Test
    void row_longestUsualValues_fitIn140Columns() {
        ReplayTable table = new ReplayTable(List.of("clickhouse"));

        assertTrue(table.row(ASHLAR_RUN).length() <= 140);
        table.head().forEach(line -> assertTrue(line.length() <= 140));
    }

    @Test
    void row_longName_isCut() {
        String name = "a-recording-of-something-with-a-long-name";
        ReplayTable table = new ReplayTable(List.of(name));
        ReplayRun run = new ReplayRun(
                name, AllocatorKind.ARENA, null, null, 1, 0, 0, 0, 0, null, null, null, null, null, true);

        assertTrue(table.row(run).startsWith("a-recording-of-someth...  arena"), table.row(run));
    }
}
