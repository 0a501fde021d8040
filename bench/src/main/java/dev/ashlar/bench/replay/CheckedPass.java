package dev.ashlar.bench.replay;

import dev.ashlar.bench.memory.Memory;
/**
 * Replays a trace once and checks every block.
 *
 * <ul>
 *   <li>At allocation and resize: the address is a multiple of the alignment asked for, and no byte belongs to another live block.
 *   <li>At resize and free, and at the end: the block holds what was written to it ({@link BlockPattern}); at resize the part
 *       that is kept is looked at again at the new address.
 *   <li>Every {@code validateEvery} events: the allocator's own {@link ReplayAllocator#validate}.
 *   <li>With {@code verify}: {@link ReplayAllocator#validate} and {@link ReplayAllocator#audit} each time the former is due, after
 *       the last event, and once more when all blocks have been freed.
 * </ul>
 *
 * <p>The first fault ends the pass.
 */
final class CheckedPass {
    /** For {@code validateEvery}: not at all. */
    static final long NEVER = 0;

    private final FlatTrace trace;
    private final ReplayAllocator allocator;
    private final boolean verify;
    private final long validateEvery;
    private final LiveBlockModel model;
    private final GranuleSet held = new GranuleSet();

    private int event;

    /**
     * A checked pass.
     *
     * @param trace to replay
     * @param allocator to check, without any live block
     * @param verify whether to compare the allocator's own view of its blocks with the replay's
     * @param validateEvery the number of events between two validations, or {@link #NEVER}
     */
    CheckedPass(FlatTrace trace, ReplayAllocator allocator, boolean verify, long validateEvery) {
        this.trace = trace;
        this.allocator = allocator;
        this.verify = verify;
        this.validateEvery = validateEvery;
        this.model = new LiveBlockModel(trace.blockCount());
    }

    /**
     * Runs the pass, once.
     *
     * @throws CheckFailedException at the first fault
     */
    void run() throws CheckFailedException {
        try {
            for (event = 0; event < trace.eventCount(); event++) {
                replayEvent();
                if (validateEvery != NEVER && (event + 1) % validateEvery == 0) {
                    allocator.validate();
                    if (verify) {
                        allocator.audit(model);
                    }
                }
            }
            checkWhole();
            for (int block = 0; block < trace.blockCount(); block++) {
                if (model.isLive(block)) {
                    free(block);
                }
            }
            checkWhole();
        } catch (RuntimeException | OutOfMemoryError e) {
            throw new CheckFailedException(event, describeEvent() + ": " + e, e);
        }
    }

    private void replayEvent() throws CheckFailedException {
        long operation = trace.operation(event);
        int block = trace.block(event);
        long byteSize = FlatTrace.byteSize(operation);
        switch (FlatTrace.op(operation)) {
            case FlatTrace.ALLOCATE ->
                take(block, allocator.allocate(block, byteSize), byteSize, ReplayAllocator.DEFAULT_ALIGNMENT, 0);
            case FlatTrace.FREE -> free(block);
            case FlatTrace.RESIZE -> resize(block, byteSize);
            default -> {
                long alignment = ReplayLoop.alignment(operation);
                take(block, allocator.allocateAligned(block, byteSize, alignment), byteSize, alignment, 0);
            }
        }
    }

    private void resize(int block, long byteSize) throws CheckFailedException {
        long kept = Math.min(model.byteSize(block), byteSize);
        release(block);
        long address = allocator.resize(block, model.address(block), byteSize);
        model.remove(block);
        take(block, address, byteSize, ReplayAllocator.DEFAULT_ALIGNMENT, kept);
    }

    private void free(int block) throws CheckFailedException {
        release(block);
        allocator.free(block, model.address(block));
        model.remove(block);
    }

    /** A block has come from the allocator, with its first {@code kept} bytes written already. */
    private void take(int block, long address, long byteSize, long alignment, long kept) throws CheckFailedException {
        if (address <= 0 || address % alignment != 0) {
            throw failure("address " + hex(address) + " (expected: a multiple of " + alignment + ")");
        }
        if (!held.add(address, byteSize)) {
            throw failure("address " + hex(address) + ", which overlaps " + describeOverlap(block, address, byteSize)
                    + " (expected: memory that no live block holds)");
        }
        checkContents(block, address, kept);
        BlockPattern.fill(block, address, kept, byteSize);
        model.add(block, address, byteSize);
    }

    /** A block is about to go back to the allocator. */
    private void release(int block) throws CheckFailedException {
        long byteSize = model.byteSize(block);
        checkContents(block, model.address(block), byteSize);
        held.remove(model.address(block), byteSize);
    }

    private void checkContents(int block, long address, long byteSize) throws CheckFailedException {
        long offset = BlockPattern.firstDifference(block, address, byteSize);
        if (offset != BlockPattern.NONE) {
            throw failure("block " + block + " at " + hex(address) + ", byte " + offset + " of " + byteSize + ": "
                    + hex(Memory.getByte(address + offset) & 0xFF) + " (expected: "
                    + hex(BlockPattern.expectedByte(block, offset) & 0xFF) + ", as written)");
        }
    }

    private void checkWhole() throws CheckFailedException {
        for (int block = 0; block < trace.blockCount(); block++) {
            if (model.isLive(block)) {
                checkContents(block, model.address(block), model.byteSize(block));
            }
        }
        if (verify) {
            allocator.validate();
            allocator.audit(model);
        }
    }

    private CheckFailedException failure(String what) {
        return new CheckFailedException(event, describeEvent() + ": " + what);
    }

    private String describeOverlap(int block, long address, long byteSize) {
        int other = model.findOverlap(block, address, byteSize);
        return other < 0
                ? "itself"
                : "block " + other + " of " + model.byteSize(other) + " bytes at " + hex(model.address(other));
    }

    private String describeEvent() {
        if (event == trace.eventCount()) {
            return "after the last of " + event + " events";
        }
        long operation = trace.operation(event);
        long byteSize = FlatTrace.byteSize(operation);
        String what = switch (FlatTrace.op(operation)) {
            case FlatTrace.ALLOCATE -> "allocate " + byteSize + " bytes";
            case FlatTrace.FREE -> "free";
            case FlatTrace.RESIZE -> "resize to " + byteSize + " bytes";
            default -> "allocate " + byteSize + " bytes aligned to " + ReplayLoop.alignment(operation);
        };
        return "event " + event + " (" + what + ", block " + trace.block(event) + ")";
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
