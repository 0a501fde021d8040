package dev.ashlar.map;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapStatistics;
import dev.ashlar.MemoryState;
import dev.ashlar.RegionState;
import dev.ashlar.RegionVisitor;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.MemoryPoolBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Maps against the pool's figures and against a plain walk, under random operations. Another seed: {@code -Dashlar.seed=N}. */
class HeapMapTest {
    private static final long REGION = 1L << 20;
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());

    static MemoryPoolBuilder builder() {
        return MemoryPool.builder()
                .name("map")
                .capacity(32 * REGION)
                .regionSize(REGION)
                .arenas(2)
                .reclaimPeriod(Duration.ofDays(1));
    }

    /** Bytes by column of so many bytes and by state, kept in maps: as slow as it is plain. */
    static final class Plain implements RegionVisitor {
        final Map<Long, Map<MemoryState, Long>> columns = new HashMap<>();
        final Map<Integer, Long> freeBlocks = new HashMap<>();
        private final long columnBytes;
        private long base = -1;

        Plain(long columnBytes) {
            this.columnBytes = columnBytes;
        }

        @Override
        public void region(int number, long address, long tableBytes, RegionState state, int arena) {
            if (number == 0) {
                base = address;
            }
        }

        @Override
        public void block(long address, long usableBytes, MemoryState state) {
            if (state == MemoryState.FREE) {
                freeBlocks.merge(63 - Long.numberOfLeadingZeros(usableBytes), 1L, Long::sum);
            }
        }

        @Override
        public void piece(long address, long bytes, MemoryState state) {
            for (long at = address; at < address + bytes;) {
                long column = (at - base) / columnBytes;
                long end = Math.min(address + bytes, base + (column + 1) * columnBytes);
                columns.computeIfAbsent(column, _ -> new HashMap<>()).merge(state, end - at, Long::sum);
                at = end;
            }
        }

        long bytes(long column, MemoryState state) {
            return columns.getOrDefault(column, Map.of()).getOrDefault(state, 0L);
        }
    }

    static void assertExact(HeapMap map, MemoryPool pool) {
        HeapStatistics memory = pool.statistics().memory();
        assertEquals(memory, map.statistics().memory());
        assertEquals(memory.liveBytes(), map.bytes(MemoryState.LIVE), "live");
        assertEquals(pool.statistics().cachedBytes(), map.bytes(MemoryState.CACHED), "cached");
        assertEquals(pool.statistics().queuedBytes(), map.bytes(MemoryState.QUEUED), "queued");
        assertEquals(memory.freeBytes(), map.bytes(MemoryState.FREE) + map.bytes(MemoryState.PURGED), "free");
        assertEquals(memory.headerBytes(), map.bytes(MemoryState.HEADER), "headers");
        assertEquals(
                memory.overheadBytes(),
                map.bytes(MemoryState.OVERHEAD) + map.bytes(MemoryState.WITHHELD) + map.tableBytes(),
                "overhead");
        assertEquals(memory.committedBytes(), map.committedBytes(), "committed");
        assertEquals(memory.freeBlocks(), map.freeSizes().stream().mapToLong(FreeSizes::blocks).sum(), "free blocks");
        assertEquals(
                memory.partlyFreeBytes(), map.freeSizes().stream().mapToLong(FreeSizes::bytes).sum(), "partly free");
        assertEquals(memory.fragmentation(), map.fragmentation());
    }

    static void assertLikeWalk(HeapMap map, MemoryPool pool) {
        Plain plain = new Plain(map.columnBytes());
        pool.walkRegions(plain);
        int next = 0;
        for (MapStrip strip : map.strips()) {
            assertEquals(next, strip.firstRegion(), "strips follow each other");
            next += strip.regions();
            long first = strip.firstRegion() * map.regionBytes() / map.columnBytes();
            for (MemoryState state : MemoryState.values()) {
                long sum = 0;
                for (int column = 0; column < strip.columns(); column++) {
                    assertEquals(
                            plain.bytes(first + column, state), strip.bytes(column, state),
                            state + " in column " + column);
                    sum += strip.bytes(column, state);
                }
                assertEquals(sum, strip.bytes(state));
            }
            for (int column = 0; column < strip.columns(); column++) {
                plain.columns.remove(first + column);
            }
        }
        assertEquals(Map.of(), plain.columns, "columns that no strip has");
        assertEquals(pool.capacity() / pool.regionSize(), next, "regions");
        for (FreeSizes sizes : map.freeSizes()) {
            assertEquals(
                    plain.freeBlocks.remove(Long.numberOfTrailingZeros(sizes.fromBytes())), sizes.blocks(),
                    "free blocks from " + sizes.fromBytes());
            assertTrue(sizes.bytes() >= sizes.blocks() * sizes.fromBytes(), "their bytes");
            assertTrue(sizes.bytes() < 2 * sizes.blocks() * sizes.fromBytes(), "their bytes");
        }
        assertEquals(Map.of(), plain.freeBlocks, "free blocks of sizes that the map has not");
    }

    @ParameterizedTest
    @CsvSource({"SEGREGATED_FIT,DEFERRED,64,256", "BEST_FIT,IMMEDIATE,64,16", "FIRST_FIT,DEFERRED,5,64",
        "SEGREGATED_FIT,IMMEDIATE,1,1024"})
    void of_randomOperations_isExact(FitPolicy policy, Coalescing coalescing, int strips, int columns) {
        System.out.println("seed " + SEED);
        try (MemoryPool pool = builder().policy(policy).coalescing(coalescing).build()) {
            Engine engine = new Engine(pool, SEED);
            for (int round = 0; round < 12; round++) {
                engine.run(1_500);
                if (round % 4 == 2) {
                    engine.free(60);
                    pool.defragment().join();
                }
                HeapMap map = HeapMap.of(pool, new HeapMapOptions(strips, columns));
                assertExact(map, pool);
                assertLikeWalk(map, pool);
                assertTrue(map.strips().stream().filter(strip -> strip.columns() > 0).count() <= strips, "strips");
            }
            pool.validateQuiet();
        }
    }

    @Test
    void of_fewOfManyRegionsCommitted_showsThemFinely() {
        try (MemoryPool pool =
                MemoryPool.builder().name("large").capacity(64L << 30).regionSize(REGION).arenas(1).build()) {
            pool.allocateAddress(100);
            pool.allocateAddress(4 * REGION);
            HeapMap map = HeapMap.of(pool);
            assertEquals(1, map.strips().getFirst().regions());
            MapStrip last = map.strips().getLast();
            assertEquals(0, last.columns());
            assertEquals(65_536, last.firstRegion() + last.regions());
            assertLikeWalk(map, pool);
        }
    }

    @Test
    void of_manyRegionsCommitted_joinsNeighbours() {
        try (MemoryPool pool =
                MemoryPool.builder().name("large").capacity(64L << 30).regionSize(REGION).arenas(1).build()) {
            // Committed by a span, and not touched: no memory is needed.
            pool.allocateAddress((40L << 30) + 12_345);
            HeapMap map = HeapMap.of(pool);
            assertExact(map, pool);
            assertEquals(1024, map.strips().getFirst().regions());
            assertEquals(1024, map.strips().getFirst().committedRegions());
            assertEquals(42, map.strips().size());
            assertEquals(map.columnBytes(), map.strips().getFirst().bytes(1, MemoryState.LIVE));
            assertEquals(1L << 35, map.strips().getFirst().meanBlockBytes(1, MemoryState.LIVE));
        }
    }

    @Test
    void meanBlockBytes_cellsOfOneSize_isTheirPowerOfTwo() {
        try (MemoryPool pool = builder().arenas(1).build()) {
            for (int i = 0; i < 10_000; i++) {
                pool.allocateAddress(72);
            }
            MapStrip strip = HeapMap.of(pool).strips().getFirst();
            int live = 0;
            for (int column = 0; column < strip.columns(); column++) {
                if (strip.bytes(column, MemoryState.LIVE) > 0) {
                    live++;
                    assertEquals(64, strip.meanBlockBytes(column, MemoryState.LIVE));
                }
                assertEquals(0, strip.meanBlockBytes(column, MemoryState.WITHHELD));
            }
            assertTrue(live > 100, "columns with live cells");
            assertEquals(1, strip.meanBlockBytes(0, MemoryState.OVERHEAD));
        }
    }

    @Test
    void of_closedPool_isRefused() {
        MemoryPool pool = builder().build();
        pool.close();
        assertThrows(IllegalStateException.class, () -> HeapMap.of(pool));
    }

    @Test
    void strip_columnOutside_isRefused() {
        try (MemoryPool pool = builder().build()) {
            MapStrip strip = HeapMap.of(pool).strips().getFirst();
            assertThrows(IndexOutOfBoundsException.class, () -> strip.bytes(0, MemoryState.LIVE));
            assertThrows(IndexOutOfBoundsException.class, () -> strip.meanBlockBytes(-1, MemoryState.LIVE));
        }
    }

    @ParameterizedTest
    @CsvSource({"0,64,strips: 0 (expected: 1 to 128)", "129,64,strips: 129 (expected: 1 to 128)",
        "1,48,columns: 48 (expected: a power of two from 16 to 1024)",
        "1,8,columns: 8 (expected: a power of two from 16 to 1024)",
        "1,2048,columns: 2048 (expected: a power of two from 16 to 1024)"})
    void options_outOfRange_saysWhatIsExpected(int strips, int columns, String message) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new HeapMapOptions(strips, columns));
        assertEquals(message, e.getMessage());
    }
}
