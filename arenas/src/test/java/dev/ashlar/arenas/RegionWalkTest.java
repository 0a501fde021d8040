package dev.ashlar.arenas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapStatistics;
import dev.ashlar.MemoryState;
import dev.ashlar.PoolStatistics;
import dev.ashlar.RegionState;
import dev.ashlar.RegionVisitor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A walk over the regions against the pool's own figures, and against what is held: it tiles every committed region, and adds up to the byte. Another seed: {@code -Dashlar.seed=N}.
 */
class RegionWalkTest {
    private static final long REGION = 1L << 20;
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());

    /** Checks that pieces tile, and adds them up. */
    static final class Tiles implements RegionVisitor {
        final Map<MemoryState, Long> bytes = new EnumMap<>(MemoryState.class);
        final Map<MemoryState, Long> blocks = new EnumMap<>(MemoryState.class);
        final Map<RegionState, Integer> regions = new EnumMap<>(RegionState.class);
        final Map<Long, Long> live = new HashMap<>();
        final Set<Integer> arenas = new TreeSet<>();
        long committed;
        long tables;
        private final long regionBytes;
        private int next;
        private long at;
        private long mustReach;

        Tiles(long regionBytes) {
            this.regionBytes = regionBytes;
        }

        static Tiles of(MemoryPool pool) {
            Tiles tiles = new Tiles(pool.regionSize());
            pool.walkRegions(tiles);
            tiles.endRegion();
            assertEquals(pool.capacity() / pool.regionSize(), tiles.next, "regions shown");
            return tiles;
        }

        private void endRegion() {
            assertTrue(at >= mustReach, () -> "shown up to 0x%x (expected: 0x%x)".formatted(at, mustReach));
        }

        @Override
        public void region(int number, long address, long tableBytes, RegionState state, int arena) {
            endRegion();
            assertEquals(next++, number);
            assertEquals(state == RegionState.IN_USE, arena != NO_ARENA);
            regions.merge(state, 1, Integer::sum);
            tables += tableBytes;
            at = Math.max(at, address);
            if (state == RegionState.UNCOMMITTED) {
                assertEquals(0, tableBytes);
                assertEquals(address, at, "nothing reaches into a region that is not committed");
                mustReach = address;
            } else {
                committed += regionBytes + tableBytes;
                mustReach = address + regionBytes;
                arenas.add(arena);
            }
        }

        @Override
        public void block(long address, long usableBytes, MemoryState state) {
            blocks.merge(state, 1L, Long::sum);
            if (state == MemoryState.LIVE) {
                live.put(address, usableBytes);
            }
        }

        @Override
        public void piece(long address, long size, MemoryState state) {
            assertEquals(at, address, "pieces leave no gap");
            assertTrue(size > 0, "a piece has bytes");
            at += size;
            bytes.merge(state, size, Long::sum);
        }

        long bytes(MemoryState state) {
            return bytes.getOrDefault(state, 0L);
        }

        long blocks(MemoryState state) {
            return blocks.getOrDefault(state, 0L);
        }

        void assertEqual(PoolStatistics statistics) {
            HeapStatistics memory = statistics.memory();
            assertEquals(memory.liveBytes(), bytes(MemoryState.LIVE), "live");
            assertEquals(statistics.cachedBytes(), bytes(MemoryState.CACHED), "cached");
            assertEquals(statistics.queuedBytes(), bytes(MemoryState.QUEUED), "queued");
            assertEquals(memory.pendingBytes(), bytes(MemoryState.CACHED) + bytes(MemoryState.QUEUED), "pending");
            assertEquals(memory.freeBytes(), bytes(MemoryState.FREE) + bytes(MemoryState.PURGED), "free");
            assertEquals(memory.headerBytes(), bytes(MemoryState.HEADER), "headers");
            assertEquals(
                    memory.overheadBytes(),
                    bytes(MemoryState.OVERHEAD) + bytes(MemoryState.WITHHELD) + tables,
                    "overhead");
            assertEquals(memory.committedBytes(), committed, "committed");
            assertEquals(memory.liveBlocks(), blocks(MemoryState.LIVE), "live blocks");
            assertEquals(memory.freeBlocks(), blocks(MemoryState.FREE), "free blocks");
        }
    }

    private static MemoryPoolBuilder builder() {
        return MemoryPool.builder()
                .name("walk")
                .capacity(32 * REGION)
                .regionSize(REGION)
                .arenas(2)
                .reclaimPeriod(Duration.ofDays(1));
    }

    @ParameterizedTest
    @CsvSource({"SEGREGATED_FIT,DEFERRED,false", "SEGREGATED_FIT,IMMEDIATE,false", "FIRST_FIT,DEFERRED,false",
        "BEST_FIT,IMMEDIATE,false", "ADAPTIVE,DEFERRED,true", "SEGREGATED_FIT,DEFERRED,true"})
    void walk_randomOperations_addsUpToStatistics(FitPolicy policy, Coalescing coalescing, boolean hardened)
            throws InterruptedException {
        System.out.println("seed " + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        Set<MemoryState> seen = EnumSet.noneOf(MemoryState.class);
        try (MemoryPool pool = builder().policy(policy).coalescing(coalescing).hardened(hardened).build()) {
            List<Long> blocks = new ArrayList<>();
            List<MovableHandle> movables = new ArrayList<>();
            for (int round = 0; round < 60; round++) {
                for (int i = 0; i < 200; i++) {
                    operate(pool, blocks, movables, random);
                }
                if (round % 10 == 3) {
                    freeElsewhere(pool, blocks, random);
                }
                switch (round % 15) {
                    case 4 -> pool.defragment().join();
                    case 9 -> pool.reclaim();
                    case 14 -> pool.trim();
                    default -> {
                    }
                }
                Tiles tiles = Tiles.of(pool);
                tiles.assertEqual(pool.statistics());
                for (long block : blocks) {
                    assertTrue(tiles.live.containsKey(block), "a held block is live");
                }
                assertEquals(blocks.size() + movables.size(), tiles.live.size(), "live blocks");
                seen.addAll(tiles.bytes.keySet());
            }
            pool.validateQuiet();
        }
        Set<MemoryState> expected = EnumSet.allOf(MemoryState.class);
        expected.remove(MemoryState.WITHHELD);
        if (coalescing == Coalescing.IMMEDIATE) {
            expected.remove(MemoryState.CACHED);
        }
        // Whether the other thread had a home of its own, the system decides: see the test of queues.
        expected.remove(MemoryState.QUEUED);
        seen.remove(MemoryState.QUEUED);
        assertEquals(expected, seen);
    }

    private static void operate(
            MemoryPool pool, List<Long> blocks, List<MovableHandle> movables, SplittableRandom random) {
        int kind = random.nextInt(100);
        if (kind < 45 && !blocks.isEmpty()) {
            pool.freeAddress(blocks.remove(random.nextInt(blocks.size())));
        } else if (kind < 50 && !movables.isEmpty()) {
            movables.remove(random.nextInt(movables.size())).free();
        } else if (kind < 55) {
            MovableHandle handle = pool.allocateMovable(random.nextInt(30_000));
            movables.add(handle);
        } else {
            long size = kind < 90 ? random.nextInt(3_000) : kind < 98 ? random.nextInt(100_000)
                    : random.nextLong(REGION / 2, 3 * REGION);
            long address = pool.tryAllocateAddress(size, 16L << random.nextInt(3));
            if (address != 0) {
                blocks.add(address);
            }
        }
    }

    private static void freeElsewhere(MemoryPool pool, List<Long> blocks, SplittableRandom random)
            throws InterruptedException {
        List<Long> theirs = new ArrayList<>();
        for (int i = 0; i < 100 && !blocks.isEmpty(); i++) {
            theirs.add(blocks.remove(random.nextInt(blocks.size())));
        }
        Thread thread = new Thread(() -> theirs.forEach(pool::freeAddress));
        thread.start();
        thread.join();
    }

    @Test
    void walk_newPool_showsNothingCommitted() {
        try (MemoryPool pool = builder().build()) {
            Tiles tiles = Tiles.of(pool);
            assertEquals(Map.of(RegionState.UNCOMMITTED, 32), tiles.regions);
            assertEquals(0, tiles.committed);
            tiles.assertEqual(pool.statistics());
        }
    }

    @Test
    void walk_spansOverRegions_reachIntoTheNextOnes() {
        try (MemoryPool pool = builder().arenas(1).retained(0).build()) {
            long lead = pool.allocateAddress(20_000);
            long aligned = pool.allocateAddress(2 * REGION, REGION);
            long exact = pool.allocateAddress(3 * REGION - 24);
            long plain = pool.allocateAddress(REGION + REGION / 2);
            Tiles tiles = Tiles.of(pool);
            tiles.assertEqual(pool.statistics());
            for (long block : new long[] {lead, aligned, exact, plain}) {
                assertEquals(pool.usableSize(block), tiles.live.get(block));
            }
            pool.freeAddress(exact);
            Tiles.of(pool).assertEqual(pool.statistics());
        }
    }

    @Test
    void walk_freedBlock_isFreeUntilItIsPurged() {
        try (MemoryPool pool = builder().arenas(1).build()) {
            long kept = pool.allocateAddress(20_000);
            long block = pool.allocateAddress(500_000);
            long behind = pool.allocateAddress(20_000);
            pool.freeAddress(block);
            Tiles dirty = Tiles.of(pool);
            assertTrue(dirty.bytes(MemoryState.FREE) >= 500_000, "what was freed may be resident");
            pool.defragment().join();
            Tiles purged = Tiles.of(pool);
            assertTrue(purged.bytes(MemoryState.FREE) < 20_000, () -> "free: " + purged.bytes);
            assertTrue(purged.bytes(MemoryState.PURGED) >= 490_000, () -> "purged: " + purged.bytes);
            purged.assertEqual(pool.statistics());
            assertEquals(dirty.live, purged.live);
            assertEquals(Set.of(kept, behind), purged.live.keySet());
        }
    }

    @Test
    void walk_cellsInCachesAndQueues_areToldApart() throws InterruptedException {
        try (MemoryPool pool = builder().arenas(2).build()) {
            // Which arena a thread's home is, the system decides: threads until two have different ones.
            for (int attempt = 0; attempt < 200; attempt++) {
                List<Long> cells = new ArrayList<>();
                for (int i = 0; i < 2_000; i++) {
                    cells.add(pool.allocateAddress(64));
                }
                Thread other = new Thread(() -> cells.forEach(pool::freeAddress));
                other.start();
                other.join();
                Tiles tiles = Tiles.of(pool);
                tiles.assertEqual(pool.statistics());
                assertTrue(tiles.bytes(MemoryState.CACHED) > 0, "the other's cache is not taken back yet");
                if (tiles.bytes(MemoryState.QUEUED) > 0) {
                    return;
                }
            }
            assertEquals(0, pool.statistics().queuedBytes(), "nothing was ever queued");
        }
    }

    @Test
    void walk_movableBlock_countsItsBackReferenceAsHeader() {
        try (MemoryPool pool = builder().arenas(2).build()) {
            pool.allocateMovable(1_000);
            Tiles tiles = Tiles.of(pool);
            assertEquals(1, tiles.blocks(MemoryState.LIVE));
            assertTrue(Math.abs(tiles.bytes(MemoryState.LIVE) - 1_008) <= 16);
            assertFalse(tiles.arenas.contains(0) || tiles.arenas.contains(1), "it is in an arena of its own");
            tiles.assertEqual(pool.statistics());
        }
    }

    @Test
    void walk_portablePool_knowsNothingOfPages() {
        try (MemoryPool pool = builder().portable(true).build()) {
            long block = pool.allocateAddress(100_000);
            pool.allocateAddress(10_000);
            pool.freeAddress(block);
            Tiles tiles = Tiles.of(pool);
            assertEquals(0, tiles.bytes(MemoryState.PURGED));
            tiles.assertEqual(pool.statistics());
        }
    }

    @Test
    void walk_whileOthersAllocate_endsAndLeavesThePoolSound() throws InterruptedException {
        try (MemoryPool pool = builder().build()) {
            Thread[] threads = new Thread[3];
            for (int i = 0; i < threads.length; i++) {
                SplittableRandom random = new SplittableRandom(SEED + i);
                threads[i] = new Thread(() -> {
                    List<Long> blocks = new ArrayList<>();
                    for (int n = 0; n < 30_000; n++) {
                        if (random.nextBoolean() && !blocks.isEmpty()) {
                            pool.freeAddress(blocks.remove(random.nextInt(blocks.size())));
                        } else {
                            long address = pool.tryAllocateAddress(
                                    random.nextInt(50) == 0 ? random.nextLong(2 * REGION) : random.nextInt(2_000), 16);
                            if (address != 0) {
                                blocks.add(address);
                            }
                        }
                    }
                    blocks.forEach(pool::freeAddress);
                });
            }
            for (Thread thread : threads) {
                thread.start();
            }
            boolean running = true;
            while (running) {
                running = false;
                for (Thread thread : threads) {
                    running |= thread.isAlive();
                }
                int[] regions = {0};
                pool.walkRegions(new RegionVisitor() {
                    @Override
                    public void region(int number, long address, long tableBytes, RegionState state, int arena) {
                        assertEquals(regions[0]++, number);
                    }

                    @Override
                    public void block(long address, long usableBytes, MemoryState state) {
                        assertTrue(usableBytes > 0, "a block has bytes");
                    }

                    @Override
                    public void piece(long address, long bytes, MemoryState state) {
                        assertTrue(bytes > 0, "a piece has bytes");
                    }
                });
                assertEquals(32, regions[0]);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            pool.validateQuiet();
            Tiles.of(pool).assertEqual(pool.statistics());
        }
    }

    @Test
    void walk_visitorThrows_passesItOnAndThePoolServes() {
        try (MemoryPool pool = builder().build()) {
            pool.allocateAddress(64);
            IllegalArgumentException thrown = new IllegalArgumentException("enough");
            RegionVisitor visitor = new RegionVisitor() {
                @Override
                public void region(int number, long address, long tableBytes, RegionState state, int arena) {}

                @Override
                public void block(long address, long usableBytes, MemoryState state) {
                    throw thrown;
                }

                @Override
                public void piece(long address, long bytes, MemoryState state) {}
            };
            assertSame(thrown, assertThrows(IllegalArgumentException.class, () -> pool.walkRegions(visitor)));
            pool.freeAddress(pool.allocateAddress(64));
            pool.validateQuiet();
        }
    }

    @Test
    void walk_closedPool_isRefused() {
        MemoryPool pool = builder().build();
        pool.close();
        assertThrows(IllegalStateException.class, () -> pool.walkRegions(new Tiles(REGION)));
    }
}
