package dev.ashlar.bench.peer;

import dev.ashlar.bench.libc.Malloc;

/**
 * No allocator at all: counts, and hands out addresses of one scratch buffer that is never given back. What it takes is what the
 * harness costs. Blocks overlap, so their contents mean nothing.
 */
final class NullWorker extends AddressWorker {
    private static final long SCRATCH_BYTES = 512L << 20;
    // The first page or so of the buffer, so that blocks begin in memory that is in the cache.
    private static final long START_MASK = 0xFFF;
    private static final int START_SHIFT = 4;
    private static final long MAX_BYTES = SCRATCH_BYTES / 2;
    private static final long PAGE_BYTES = 4096;

    // Never touched as a whole, so it costs addresses only.
    private static final long SCRATCH = (Malloc.malloc(SCRATCH_BYTES) + PAGE_BYTES - 1) & -PAGE_BYTES;

    private long count;

    @Override
    protected long allocateAddress(long byteSize) {
        if (byteSize > MAX_BYTES) {
            throw new IllegalArgumentException("byteSize: " + byteSize + " (expected: at most " + MAX_BYTES + ")");
        }
        return SCRATCH + ((count++ & START_MASK) << START_SHIFT);
    }

    @Override
    protected long allocateAddress(long byteSize, long alignment) {
        return (allocateAddress(byteSize) + alignment - 1) & -alignment;
    }

    @Override
    protected long resizeAddress(long address, long byteSize) {
        return allocateAddress(byteSize);
    }

    @Override
    protected void freeAddress(long address) {
        count++;
    }
}
