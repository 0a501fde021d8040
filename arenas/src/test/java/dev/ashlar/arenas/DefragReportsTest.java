package dev.ashlar.arenas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.ashlar.DefragReport;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class DefragReportsTest {
    @Test
    void defragReports_manyRuns_theLastOnesOldestFirst() {
        MemoryPool pool = MemoryPool.builder().capacity(8 << 20).reclaimPeriod(Duration.ofDays(1)).build();
        assertEquals(List.of(), pool.defragReports());
        List<DefragReport> all = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            pool.freeAddress(pool.allocateAddress(100_000));
            all.add(pool.defragment().join());
            assertEquals(all.subList(Math.max(0, all.size() - 8), all.size()), pool.defragReports());
        }
        pool.close();
        assertEquals(all.subList(3, 11), pool.defragReports());
    }
}
