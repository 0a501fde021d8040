package dev.ashlar.arenas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

import dev.ashlar.CompactionLimits;
import dev.ashlar.CompactionReport;
import dev.ashlar.HeapStatistics;
import dev.ashlar.MovableStatistics;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.os.OsMemory;
import dev.ashlar.testing.AlignedOs;
import dev.ashlar.testing.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Random operations of one thread on movable blocks, beside ordinary ones, in a pool that is small enough to be full again and again. The model has the
 * contents of each block, and the address of each that is pinned.
 *
 * <p>Each run prints its seed; {@code -Dashlar.seed=N} gives that seed to all of them.
 */
class MovableModelTest {
    private static final long REGION = 1L << 20;
    private static final long CAPACITY = 12 * REGION;
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    private static final int OPERATIONS = 20_000;

    /** The pools that are tried. */
    enum Setup {
        PLAIN, HARDENED, ZEROING, PORTABLE, HARDENED_PORTABLE;

        MemoryPool pool() {
            boolean portable = name().endsWith("PORTABLE");
            return MemoryPool.builder()
                    .name("movable")
                    .capacity(CAPACITY)
                    .regionSize(REGION)
                    .retained(0)
                    .arenas(2)
                    .hardened(name().startsWith("HARDENED"))
                    .zeroing(this == ZEROING)
                    .reclaimPeriod(Duration.ofDays(1))
                    .os(new AlignedOs(portable ? OsMemory.portable() : OsMemory.system()))
                    .secret(SEED | 1)
                    .build();
        }
    }

    /** One live block; its address is 0 unless it is pinned. */
    private static final class Block {
        final long number;
        final long bytes;
        long seed;
        long address;
        int pins;

        Block(long number, long bytes) {
            this.number = number;
            this.bytes = bytes;
        }
    }

    private static final class Model implements AutoCloseable {
        final MemoryPool pool;
        final MovableBlocks movable;
        final SplittableRandom random;
        final List<Block> blocks = new ArrayList<>();
        final List<Long> ordinary = new ArrayList<>();
        final TreeMap<String, Integer> events = new TreeMap<>();
        long requested;
        long moved;
        long seeds;

        Model(MemoryPool pool, SplittableRandom random) {
            this.pool = pool;
            this.random = random;
            movable = pool.movable();
        }

        void happened(String event) {
            events.merge(event, 1, Integer::sum);
        }

        void allocate(long bytes) {
            try {
                Block block = new Block(movable.allocate(bytes), bytes);
                assertTrue(block.number > 0);
                assertEquals(bytes, movable.byteSize(block.number));
                requested += bytes;
                pin(block);
                if (pool.isZeroing()) {
                    for (long i = 0; i < bytes; i += bytes > 4096 ? 509 : 1) {
                        assertEquals(0, Raw.getByte(block.address + i), "zeroed");
                    }
                }
                write(block);
                unpin(block);
                blocks.add(block);
                happened(bytes > REGION ? "span" : "allocated");
            } catch (PoolExhaustedException e) {
                assertEquals(bytes, e.requestedBytes());
                happened("exhausted");
                for (int left = blocks.size() / 3; left > 0; left--) {
                    free(random.nextInt(blocks.size()));
                }
            }
        }

        void allocateOrdinary(long bytes) {
            try {
                long address = pool.allocateAddress(bytes);
                Raw.at(address, bytes).fill((byte) 0x55);
                ordinary.add(address);
                happened("ordinary");
            } catch (PoolExhaustedException e) {
                while (!ordinary.isEmpty()) {
                    pool.freeAddress(ordinary.removeLast());
                }
                happened("ordinary exhausted");
            }
        }

        void write(Block block) {
            block.seed = ++seeds << 24;
            Pattern.write(block.address, block.bytes, block.seed);
        }

        /** Contents are what was written, wherever the block is now; a second pin finds it where the first did. */
        void pin(Block block) {
            long address = movable.pinAddress(block.number);
            assertEquals(0, address & 15);
            if (block.pins++ > 0) {
                assertEquals(block.address, address, "moved while pinned");
            }
            block.address = address;
            if (block.seed != 0) {
                Pattern.check(address, block.bytes, block.seed, block.bytes);
            }
            assertEquals(block.pins, movable.pins(block.number));
        }

        void unpin(Block block) {
            block.pins--;
            movable.unpin(block.number);
            if (block.pins == 0) {
                block.address = 0;
            }
        }

        void free(int index) {
            Block block = blocks.get(index);
            if (block.pins > 0) {
                assertThrows(IllegalStateException.class, () -> movable.free(block.number));
                happened("free refused");
                return;
            }
            pin(block);
            unpin(block);
            blocks.set(index, blocks.getLast());
            blocks.removeLast();
            movable.free(block.number);
            requested -= block.bytes;
            happened("freed");
        }

        void compact() {
            CompactionLimits limits = CompactionLimits.NONE;
            if (random.nextInt(3) == 0) {
                limits = limits.withMaxBytes(random.nextLong(REGION)).withMaxMoves(random.nextInt(500));
            }
            CompactionReport report = movable.compact(limits.withSlice(Duration.ofNanos(1 + random.nextInt(100_000))));
            moved += report.movedBytes();
            assertTrue(report.movedBytes() <= limits.maxBytes(), report::toString);
            assertTrue(report.movedBlocks() <= limits.maxMoves(), report::toString);
            happened(report.releasedRegions() > 0 ? "emptied" : "not emptied");
            if (report.keptRegions() > 0) {
                happened("kept for a pin");
            }
            for (Block block : blocks) {
                if (block.pins > 0) {
                    Pattern.check(block.address, block.bytes, block.seed, block.bytes);
                }
            }
        }

        void step(boolean rising) {
            int choice = random.nextInt(1000);
            if (blocks.isEmpty() || choice < (rising ? 450 : 150)) {
                allocate(byteSize());
            } else if (choice < 500) {
                free(random.nextInt(blocks.size()));
            } else if (choice < 600) {
                Block block = blocks.get(random.nextInt(blocks.size()));
                pin(block);
                write(block);
                happened("pinned");
            } else if (choice < 800) {
                // More often than pins are taken: so that most blocks are movable.
                Block block = blocks.get(random.nextInt(blocks.size()));
                for (int i = random.nextInt(4); i > 0 && block.pins > 0; i--) {
                    unpin(block);
                }
            } else if (choice < 985) {
                allocateOrdinaryOrFree();
            } else if (choice < 990) {
                blocks.forEach(this::unpinAll);
            } else {
                compact();
            }
        }

        private void unpinAll(Block block) {
            while (block.pins > 0) {
                unpin(block);
            }
        }

        private void allocateOrdinaryOrFree() {
            if (ordinary.size() > 400 || (!ordinary.isEmpty() && random.nextInt(3) == 0)) {
                pool.freeAddress(ordinary.removeLast());
            } else {
                allocateOrdinary(random.nextLong(20_000));
            }
        }

        private long byteSize() {
            int choice = random.nextInt(1000);
            if (choice < 600) {
                return random.nextLong(2000);
            } else if (choice < 950) {
                return random.nextLong(20_000);
            } else if (choice < 990) {
                return random.nextLong(200_000);
            }
            return random.nextLong(2 * REGION);
        }

        void validate() {
            pool.validateQuiet();
            HeapStatistics now = pool.statistics().memory();
            assertEquals(now.committedBytes(), now.liveBytes() + now.pendingBytes() + now.freeBytes()
                    + now.headerBytes() + now.overheadBytes(), now::toString);
            assertEquals(blocks.size() + ordinary.size(), now.liveBlocks(), now::toString);
            MovableStatistics figures = movable.statistics();
            assertEquals(blocks.size(), figures.blocks());
            assertEquals(requested, figures.requestedBytes());
            assertEquals(blocks.stream().mapToLong(block -> block.pins).sum(), figures.openPins());
        }

        void freeAll() {
            blocks.forEach(this::unpinAll);
            while (!blocks.isEmpty()) {
                free(blocks.size() / 2);
            }
            while (!ordinary.isEmpty()) {
                pool.freeAddress(ordinary.removeLast());
            }
            validate();
            pool.trim();
            HeapStatistics empty = pool.statistics().memory();
            assertEquals(0, empty.committedBytes(), empty::toString);
        }

        @Override
        public void close() {
            pool.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void random_agreesWithModelAndSeesAll(Setup setup) {
        System.out.printf("movable model: %s, %d operations, seed %d%n", setup, OPERATIONS, SEED);
        int done = 0;
        try (Model model = new Model(setup.pool(), new SplittableRandom(SEED))) {
            try {
                for (; done < OPERATIONS; done++) {
                    // In tides that fill the pool and empty it.
                    model.step(done / 2500 % 2 == 0);
                    if (done % 200 == 0) {
                        model.validate();
                    }
                }
                model.freeAll();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "operation %d of %s with seed %d: %s".formatted(done, setup, SEED, e.getMessage()), e);
            }
            for (String event : List.of("allocated", "span", "ordinary", "exhausted", "free refused", "freed",
                    "emptied",
                    "not emptied", "kept for a pin", "pinned")) {
                assertTrue(model.events.containsKey(event),
                        () -> event + ": never (expected: in each run); " + model.events);
            }
            assertTrue(model.moved > 0, "nothing moved");
        }
    }
}
