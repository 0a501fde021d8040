package dev.ashlar.bench.compaction;

import java.util.SplittableRandom;

import dev.ashlar.CompactionLimits;
import dev.ashlar.CompactionReport;
import dev.ashlar.CompactionSettings;
import dev.ashlar.DefragSettings;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.MovableBlocks;
import dev.ashlar.bench.memory.Memory;

/**
 * One fragmented pool, compacted: so many bytes of movable blocks, of which a random share is freed.
 *
 * <p>Each block is filled with a byte that its number gives, and compared afterwards: what has moved must be what it was.
 */
public final class CompactionRun {
    private final Sizes sizes;
    private final long totalBytes;
    private final double freedShare;
    private final long seed;
    private final CompactionLimits limits;

    /**
     * A run that is not begun.
     *
     * @param sizes of the blocks
     * @param totalBytes that are allocated, as requested
     * @param freedShare of the blocks, 0 to 1
     * @param seed of all choices
     */
    public CompactionRun(Sizes sizes, long totalBytes, double freedShare, long seed, CompactionLimits limits) {
        this.sizes = sizes;
        this.totalBytes = totalBytes;
        this.freedShare = freedShare;
        this.seed = seed;
        this.limits = limits;
    }

    /**
     * What was measured; bytes.
     *
     * @param blocks that are live
     * @param liveBytes that they asked for
     * @param usableBytes that they hold
     * @param residentBefore of the reservation, after the frees
     * @param residentAfter of the reservation, after the compaction
     * @param report of the compaction
     */
    public record Result(
            long blocks,
            long liveBytes,
            long usableBytes,
            long residentBefore,
            long residentAfter,
            CompactionReport report) {
        /** Resident to live. */
        public double ratio() {
            return (double) residentAfter / liveBytes;
        }
    }

    /**
     * Runs.
     *
     * @throws IllegalStateException if a block lost its contents, or the system does not tell what is resident
     */
    public Result run() {
        if (!MappedMemory.isKnown()) {
            throw new IllegalStateException("smaps: not readable (expected: Linux)");
        }
        try (MemoryPool pool = MemoryPool.builder()
                .name("compaction")
                .capacity(2 * totalBytes + (64 << 20))
                .retained(0)
                // One pass is measured, and that is the one below.
                .defragmentation(DefragSettings.ofDefaults().withCompaction(CompactionSettings.never()))
                .build()) {
            return run(pool);
        }
    }

    private Result run(MemoryPool pool) {
        SplittableRandom random = new SplittableRandom(seed);
        MovableBlocks movable = pool.movable();
        long[] blocks = new long[(int) Math.min(Integer.MAX_VALUE - 8, 2 * totalBytes / sizes.meanBytes() + 1024)];
        int count = 0;
        for (long left = totalBytes; left > 0; count++) {
            long bytes = sizes.next(random);
            blocks[count] = movable.allocate(bytes);
            fill(movable, blocks[count], bytes);
            left -= bytes;
        }
        // The first block lies in the first region of the reservation; its tables lie behind the regions.
        long base = movable.pinAddress(blocks[0]) & -pool.regionSize();
        movable.unpin(blocks[0]);
        long end = base + pool.capacity() + pool.capacity() / 64;
        count = freeSome(movable, blocks, count, random);
        long before = MappedMemory.residentBytes(base, end);
        CompactionReport report = movable.compact(limits);
        long after = MappedMemory.residentBytes(base, end);
        for (int i = 0; i < count; i++) {
            check(movable, blocks[i]);
        }
        pool.validateQuiet();
        return new Result(
                count,
                movable.statistics().requestedBytes(),
                pool.statistics().memory().liveBytes(),
                before,
                after,
                report);
    }

    /** Frees a random share, and moves the numbers of those that stay to the front; how many those are. */
    private int freeSome(MovableBlocks movable, long[] blocks, int count, SplittableRandom random) {
        int left = count;
        for (int freed = (int) (count * freedShare); freed > 0; freed--) {
            int victim = random.nextInt(left);
            movable.free(blocks[victim]);
            blocks[victim] = blocks[--left];
        }
        return left;
    }

    private static byte contents(long number) {
        return (byte) ((number * 0x9E3779B97F4A7C15L) >>> 56);
    }

    private static void fill(MovableBlocks movable, long number, long bytes) {
        Memory.fill(movable.pinAddress(number), bytes, contents(number));
        movable.unpin(number);
    }

    private static void check(MovableBlocks movable, long number) {
        long address = movable.pinAddress(number);
        long bytes = movable.byteSize(number);
        for (long i = 0; i < bytes; i++) {
            if (Memory.getByte(address + i) != contents(number)) {
                throw new IllegalStateException("block 0x%x at 0x%x: byte %d is 0x%02x (expected: 0x%02x)".formatted(
                        number, address, i, Memory.getByte(address + i), contents(number)));
            }
        }
        movable.unpin(number);
    }
}
