package dev.ashlar.bench.replay;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What a checked pass knows of the blocks by itself: where each live one lies, and how much was asked for it.
 *
 * <p>Several threads may use it if calls about one block are ordered; what concerns all blocks is exact when no thread adds or removes one.
 */
final class LiveBlockModel {
    /** No live block lies at address 0. */
    private static final long NOT_LIVE = 0;

    private final long[] addresses;
    private final long[] sizes;
    private final AtomicLong liveBlocks = new AtomicLong();

    LiveBlockModel(int blockCount) {
        addresses = new long[blockCount];
        sizes = new long[blockCount];
    }

    void add(int block, long address, long byteSize) {
        addresses[block] = address;
        sizes[block] = byteSize;
        liveBlocks.incrementAndGet();
    }

    void remove(int block) {
        addresses[block] = NOT_LIVE;
        liveBlocks.decrementAndGet();
    }

    boolean isLive(int block) {
        return addresses[block] != NOT_LIVE;
    }

    long address(int block) {
        return addresses[block];
    }

    long byteSize(int block) {
        return sizes[block];
    }

    int blockCount() {
        return addresses.length;
    }

    long liveBlocks() {
        return liveBlocks.get();
    }

    /** A live block other than {@code except} that shares a granule with a range, or -1. Looks at every block: for messages. */
    int findOverlap(int except, long address, long byteSize) {
        for (int block = 0; block < addresses.length; block++) {
            if (block != except
                    && isLive(block)
                    && addresses[block] < granuleEnd(address, byteSize)
                    && address < granuleEnd(addresses[block], sizes[block])) {
                return block;
            }
        }
        return -1;
    }

    private static long granuleEnd(long address, long byteSize) {
        long mask = GranuleSet.GRANULE_BYTES - 1;
        return address + Math.max(byteSize, 1) + mask & ~mask;
    }
}
