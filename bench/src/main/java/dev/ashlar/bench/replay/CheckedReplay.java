package dev.ashlar.bench.replay;

import java.util.function.Supplier;

import dev.ashlar.bench.memory.Memory;
/**
 * Replays single events and checks the blocks that they concern.
 *
 * <ul>
 *   <li>At allocation and resize: the address is a multiple of the alignment asked for, and no byte belongs to another live block.
 *   <li>At resize and free: the block holds what was written to it ({@link BlockPattern}); at resize the part that is kept is looked at again
 *       at the new address.
 * </ul>
 *
 * <p>Several threads may use it, if calls about one block are ordered.
 */
final class CheckedReplay {
    private final LiveBlockModel model;
    // Guarded by itself. A block's bytes leave it before the allocator gets them back, and enter it after they came from there.
    private final GranuleSet held = new GranuleSet();

    CheckedReplay(int blockCount) {
        model = new LiveBlockModel(blockCount);
    }

    /** What is live: for the allocator's audit, and for who frees it in the end. */
    LiveBlockModel model() {
        return model;
    }

    /**
     * Replays an event.
     *
     * @param event its number in the trace
     * @throws CheckFailedException if something is wrong, or the allocator throws
     */
    void replay(ReplayAllocator allocator, int event, long operation, int block) throws CheckFailedException {
        checked(event, () -> describe(event, operation, block), () -> replay(allocator, operation, block));
    }

    private void replay(ReplayAllocator allocator, long operation, int block) {
        long byteSize = FlatTrace.byteSize(operation);
        switch (FlatTrace.op(operation)) {
            case FlatTrace.ALLOCATE ->
                take(block, allocator.allocate(block, byteSize), byteSize, ReplayAllocator.DEFAULT_ALIGNMENT, 0);
            case FlatTrace.FREE -> freeBlock(allocator, block);
            case FlatTrace.RESIZE -> resize(allocator, block, byteSize);
            default -> {
                long alignment = ReplayLoop.alignment(operation);
                take(block, allocator.allocateAligned(block, byteSize, alignment), byteSize, alignment, 0);
            }
        }
    }

    /**
     * Lets the allocator check itself after an event.
     *
     * @throws CheckFailedException if it throws
     */
    void validate(int event, long operation, int block, Runnable validation) throws CheckFailedException {
        checked(event, () -> describe(event, operation, block), validation);
    }

    private void resize(ReplayAllocator allocator, int block, long byteSize) {
        long kept = Math.min(model.byteSize(block), byteSize);
        release(block);
        long address = allocator.resize(block, model.address(block), byteSize);
        model.remove(block);
        take(block, address, byteSize, ReplayAllocator.DEFAULT_ALIGNMENT, kept);
    }

    private void freeBlock(ReplayAllocator allocator, int block) {
        release(block);
        allocator.free(block, model.address(block));
        model.remove(block);
    }

    /**
     * Frees a block that is live when the trace has ended.
     *
     * @param eventCount of the trace
     * @throws CheckFailedException if something is wrong, or the allocator throws
     */
    void freeLeft(ReplayAllocator allocator, int eventCount, int block) throws CheckFailedException {
        checked(eventCount, () -> describeEnd(eventCount), () -> freeBlock(allocator, block));
    }

    /**
     * Checks every live block's contents. While no thread replays.
     *
     * @param eventCount of the trace
     * @param verify whether to let the allocator check its own state, and to compare its own view of its blocks
     * @throws CheckFailedException if something is wrong
     */
    void checkWhole(ReplayAllocator allocator, int eventCount, boolean verify) throws CheckFailedException {
        checked(eventCount, () -> describeEnd(eventCount), () -> {
            for (int block = 0; block < model.blockCount(); block++) {
                if (model.isLive(block)) {
                    checkContents(block, model.address(block), model.byteSize(block));
                }
            }
            if (verify) {
                allocator.validate();
                allocator.audit(model);
            }
        });
    }

    /** Runs what belongs to an event, for which an exception speaks that names it. */
    private static void checked(int event, Supplier<String> where, Runnable work) throws CheckFailedException {
        try {
            work.run();
        } catch (FaultException e) {
            throw new CheckFailedException(event, where.get() + ": " + e.getMessage());
        } catch (RuntimeException | OutOfMemoryError e) {
            throw new CheckFailedException(event, where.get() + ": " + e, e);
        }
    }

    private static String describeEnd(int eventCount) {
        return "after the last of " + eventCount + " events";
    }

    /** A block has come from the allocator, with its first {@code kept} bytes written already. */
    private void take(int block, long address, long byteSize, long alignment, long kept) {
        if (address <= 0 || address % alignment != 0) {
            throw new FaultException("address " + hex(address) + " (expected: a multiple of " + alignment + ")");
        }
        boolean isOurs;
        synchronized (held) {
            isOurs = held.add(address, byteSize);
        }
        if (!isOurs) {
            throw new FaultException("address " + hex(address) + ", which overlaps "
                    + describeOverlap(block, address, byteSize) + " (expected: memory that no live block holds)");
        }
        checkContents(block, address, kept);
        BlockPattern.fill(block, address, kept, byteSize);
        model.add(block, address, byteSize);
    }

    /** A block is about to go back to the allocator. */
    private void release(int block) {
        long byteSize = model.byteSize(block);
        checkContents(block, model.address(block), byteSize);
        synchronized (held) {
            held.remove(model.address(block), byteSize);
        }
    }

    private static void checkContents(int block, long address, long byteSize) {
        long offset = BlockPattern.firstDifference(block, address, byteSize);
        if (offset != BlockPattern.NONE) {
            throw new FaultException("block " + block + " at " + hex(address) + ", byte " + offset + " of " + byteSize
                    + ": " + hex(Memory.getByte(address + offset) & 0xFF) + " (expected: "
                    + hex(BlockPattern.expectedByte(block, offset) & 0xFF) + ", as written)");
        }
    }

    private String describeOverlap(int block, long address, long byteSize) {
        int other = model.findOverlap(block, address, byteSize);
        return other < 0
                ? "itself"
                : "block " + other + " of " + model.byteSize(other) + " bytes at " + hex(model.address(other));
    }

    private static String describe(int event, long operation, int block) {
        long byteSize = FlatTrace.byteSize(operation);
        String what = switch (FlatTrace.op(operation)) {
            case FlatTrace.ALLOCATE -> "allocate " + byteSize + " bytes";
            case FlatTrace.FREE -> "free";
            case FlatTrace.RESIZE -> "resize to " + byteSize + " bytes";
            default -> "allocate " + byteSize + " bytes aligned to " + ReplayLoop.alignment(operation);
        };
        return "event " + event + " (" + what + ", block " + block + ")";
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    /** What a check has found. */
    private static final class FaultException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        FaultException(String message) {
            super(message);
        }
    }
}
