package dev.ashlar.bench.replay;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;

import dev.ashlar.BlockState;
import dev.ashlar.BlockVisitor;
import dev.ashlar.HeapStatistics;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.heap.Heap;

/**
 * Compares a heap, or a pool that nobody else uses, with what a replay expects to be live in it: each live block of the walk is a block of the
 * replay, at its address and at least of its size, and the other way round; the statistics say the same as the walk; and the statistics
 * balance to the byte.
 */
final class HeapAudit {
    private final Consumer<BlockVisitor> walk;
    private final LongUnaryOperator usableSize;
    private final Supplier<HeapStatistics> statistics;
    // A pool is walked arena by arena, and arenas own regions here and there.
    private final boolean isAscending;
    private final LiveBlockModel expected;
    // Payload address to block id, of the blocks that the walk has not met yet.
    private final Map<Long, Integer> unmet = new HashMap<>();
    // By block id: what the walk said. Nothing is asked during the walk, which holds locks.
    private final long[] walkedBytes;

    private long previousAddress;
    private long liveBytes;
    private long liveBlocks;

    private HeapAudit(
            Consumer<BlockVisitor> walk,
            LongUnaryOperator usableSize,
            Supplier<HeapStatistics> statistics,
            boolean isAscending,
            LiveBlockModel expected) {
        this.walk = walk;
        this.usableSize = usableSize;
        this.statistics = statistics;
        this.isAscending = isAscending;
        this.expected = expected;
        this.walkedBytes = new long[expected.blockCount()];
    }

    static HeapAudit of(Heap heap, LiveBlockModel expected) {
        return new HeapAudit(heap::walk, heap::usableSize, heap::statistics, true, expected);
    }

    static HeapAudit of(MemoryPool pool, LiveBlockModel expected) {
        return new HeapAudit(pool::walk, pool::usableSize, () -> pool.statistics().memory(), false, expected);
    }

    /**
     * Compares everything.
     *
     * @throws IllegalStateException if something differs
     */
    void run() {
        for (int block = 0; block < expected.blockCount(); block++) {
            if (expected.isLive(block)) {
                unmet.put(expected.address(block), block);
            }
        }
        walk.accept(this::meet);
        if (!unmet.isEmpty()) {
            int block = unmet.values().iterator().next();
            throw new IllegalStateException("walk: " + unmet.size() + " blocks not met, block " + block + " at "
                    + hex(expected.address(block)) + " among them (expected: all " + expected.liveBlocks() + ")");
        }
        for (int block = 0; block < expected.blockCount(); block++) {
            if (expected.isLive(block)) {
                compareSize(block);
            }
        }
        compareStatistics(statistics.get());
    }

    private void meet(long address, long usableBytes, BlockState state) {
        if (isAscending && address <= previousAddress) {
            throw new IllegalStateException(
                    "walk: " + hex(address) + " after " + hex(previousAddress) + " (expected: ascending addresses)");
        }
        previousAddress = address;
        if (state != BlockState.LIVE) {
            return;
        }
        Integer block = unmet.remove(address);
        if (block == null) {
            throw new IllegalStateException("walk: a live block of " + usableBytes + " usable bytes at " + hex(address)
                    + " (expected: only blocks that the replay holds)");
        }
        walkedBytes[block] = usableBytes;
        liveBytes += usableBytes;
        liveBlocks++;
    }

    private void compareSize(int block) {
        long address = expected.address(block);
        long usableBytes = usableSize.applyAsLong(address);
        if (walkedBytes[block] < expected.byteSize(block) || walkedBytes[block] != usableBytes) {
            throw new IllegalStateException("walk: block " + block + " at " + hex(address) + " with "
                    + walkedBytes[block] + " usable bytes (expected: at least the " + expected.byteSize(block)
                    + " requested, and as usableSize() says, " + usableBytes + ")");
        }
    }

    private void compareStatistics(HeapStatistics found) {
        compare("liveBlocks", found.liveBlocks(), liveBlocks);
        compare("liveBytes", found.liveBytes(), liveBytes);
        compare(
                "live + pending + free + header + overhead bytes",
                found.liveBytes()
                        + found.pendingBytes()
                        + found.freeBytes()
                        + found.headerBytes()
                        + found.overheadBytes(),
                found.committedBytes());
    }

    private static void compare(String what, long found, long expected) {
        if (found != expected) {
            throw new IllegalStateException("statistics: " + what + ": " + found + " (expected: " + expected + ")");
        }
    }

    private static String hex(long address) {
        return "0x" + Long.toHexString(address);
    }
}
