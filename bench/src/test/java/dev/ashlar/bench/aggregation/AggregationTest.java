package dev.ashlar.bench.aggregation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.ashlar.PoolExhaustedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The aggregation in small, over four times its pool, checked group by group against the heap's. */
class AggregationTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());

    @TempDir
    private Path directory;

    private AggregationOptions options(long rows, long keys, long poolBytes, int partitions) {
        System.out.printf("aggregation: seed %d%n", SEED);
        return new AggregationOptions(rows, keys, poolBytes, partitions, directory, SEED, true);
    }

    @Test
    void aggregation_overFourTimesItsPool_isRight() throws IOException {
        AggregationResult result = Aggregation.run(options(700_000, 1_400_000, 4 << 20, 64));
        assertTrue(result.isChecked());
        assertTrue(result.stateToCapacity() >= 4, () -> "state: " + result.stateToCapacity() + " times the pool");
        assertTrue(result.spilledBytes() >= 3L * (4 << 20), () -> "spilled: " + result.spilledBytes());
        assertTrue(result.restoredBytes() == result.spilledBytes(), result::toString);
        assertTrue(result.peakResidentBytes() <= 5 << 20, () -> "resident: " + result.peakResidentBytes());
        assertEquals(0, result.failures());
        try (var left = Files.list(directory)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void aggregation_inMemory_spillsNothing() throws IOException {
        AggregationResult result = Aggregation.run(options(50_000, 100, 16 << 20, 1));
        assertEquals(100, result.groups());
        assertEquals(0, result.spilledBytes());
    }

    @Test
    void aggregation_withAPartitionLargerThanThePool_isExhausted() throws IOException {
        assertThrows(PoolExhaustedException.class, () -> Aggregation.run(options(300_000, 300_000, 4 << 20, 1)));
        try (var left = Files.list(directory)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void compare_ofAnotherResult_isRefused() {
        AggregationOptions options = options(1000, 10, 4 << 20, 1);
        HeapGroups groups = new HeapGroups(options);
        assertThrows(WrongResultException.class, () -> groups.compare(1, 1, 1, 1, 1));
        assertThrows(WrongResultException.class, () -> groups.compare(new Rows(SEED, 10).key(0), 1, 0, 0, 0));
        assertThrows(WrongResultException.class, () -> groups.compareCount(11));
    }

    @Test
    void options_outOfRange_areRefused() {
        assertThrows(IllegalArgumentException.class, () -> options(0, 1, 4 << 20, 1));
        assertThrows(IllegalArgumentException.class, () -> options(1, 0, 4 << 20, 1));
        assertThrows(IllegalArgumentException.class, () -> options(1, 1L << 31, 4 << 20, 1));
        assertThrows(IllegalArgumentException.class, () -> options(1, 1, 4 << 20, 3));
        assertThrows(IllegalArgumentException.class, () -> options(1, 1, 4 << 20, 0));
    }
}
