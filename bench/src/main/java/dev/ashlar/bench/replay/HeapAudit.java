package dev.ashlar.bench.replay;

import java.util.HashMap;
import java.util.Map;

import dev.ashlar.BlockState;
import dev.ashlar.HeapStatistics;
import dev.ashlar.heap.Heap;

/**
 * Compares a heap with what a replay expects to be live in it: each live block of the heap's walk is a block of the replay, at its
 * address and at least of its size, and the other way round; the heap's statistics say the same as the walk; and the statistics
 * balance to the byte.
 */
final class HeapAudit {
    private final Heap heap;
    private final LiveBlockModel expected;
    // Payload address to block id, of the blocks that the walk has not met yet.
    private final Map<Long, Integer> unmet = new HashMap<>();

    private long previousAddress;
    private long liveBytes;
    private long liveBlocks;

    HeapAudit(Heap heap, LiveBlockModel expected) {
        this.heap = heap;
        this.expected = expected;
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
        heap.walk(this::meet);
        if (!unmet.isEmpty()) {
            int block = unmet.values().iterator().next();
            throw new IllegalStateException("walk: " + unmet.size() + " blocks not met, block " + block + " at "
                    + hex(expected.address(block)) + " among them (expected: all " + expected.liveBlocks() + ")");
        }
        compareStatistics(heap.statistics());
    }

    private void meet(long address, long usableBytes, BlockState state) {
        if (address <= previousAddress) {
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
        if (usableBytes < expected.byteSize(block) || usableBytes != heap.usableSize(address)) {
            throw new IllegalStateException("walk: block " + block + " at " + hex(address) + " with " + usableBytes
                    + " usable bytes (expected: at least the " + expected.byteSize(block)
                    + " requested, and as usableSize() says, " + heap.usableSize(address) + ")");
        }
        liveBytes += usableBytes;
        liveBlocks++;
    }

    private void compareStatistics(HeapStatistics statistics) {
        compare("liveBlocks", statistics.liveBlocks(), liveBlocks);
        compare("liveBytes", statistics.liveBytes(), liveBytes);
        compare(
                "live + pending + free + header + overhead bytes",
                statistics.liveBytes()
                        + statistics.pendingBytes()
                        + statistics.freeBytes()
                        + statistics.headerBytes()
                        + statistics.overheadBytes(),
                statistics.committedBytes());
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
