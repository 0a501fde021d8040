package dev.ashlar.bench.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntConsumer;

import dev.ashlar.trace.TraceHeader;
import dev.ashlar.trace.TraceOp;
import dev.ashlar.trace.TraceReader;

/**
 * A trace decoded into two flat arrays, so that a replay spends no time on decoding.
 *
 * <p>An event takes 12 bytes, as in the C yardstick: an {@code int} with the block's id, and a {@code long}:
 *
 * <pre>
 *   bit 63                                        8 7                2 1    0
 *      +-------------------------------------------+------------------+------+
 *      | size in bytes (of a free: 0)              | log2(alignment)  |  op  |
 *      +-------------------------------------------+------------------+------+
 * </pre>
 *
 * <p>Events and ids count from 0. The thread of an event is not kept; {@link ParallelTrace} does.
 */
final class FlatTrace {
    static final int ALLOCATE = 0;
    static final int FREE = 1;
    static final int RESIZE = 2;
    static final int ALLOCATE_ALIGNED = 3;

    private static final int OP_MASK = 0x3;
    private static final int ALIGNMENT_SHIFT = 2;
    private static final int ALIGNMENT_MASK = 0x3F;
    private static final int SIZE_SHIFT = 8;

    static final long MAX_BYTE_SIZE = (1L << (Long.SIZE - SIZE_SHIFT)) - 1;

    private final long[] operations;
    private final int[] blocks;
    private final int blockCount;

    FlatTrace(long[] operations, int[] blocks, int blockCount) {
        this.operations = operations;
        this.blocks = blocks;
        this.blockCount = blockCount;
    }

    /**
     * Reads a whole trace.
     *
     * @throws dev.ashlar.trace.TraceFormatException if the file is no well-formed trace
     * @throws IOException if the file can't be read, or asks for more than the arrays hold
     */
    static FlatTrace read(Path file) throws IOException {
        return read(file, thread -> {});
    }

    /** The same, giving the recorded thread of each event to {@code threads}. */
    static FlatTrace read(Path file, IntConsumer threads) throws IOException {
        try (TraceReader reader = TraceReader.open(file)) {
            TraceHeader header = reader.header();
            Builder builder = new Builder(header.events());
            while (reader.next()) {
                if (builder.isFull() || reader.byteSize() > MAX_BYTE_SIZE) {
                    throw new IOException(file.getFileName() + ": event " + reader.index() + ", " + reader.byteSize()
                            + " bytes (expected: at most " + Builder.MAX_EVENTS + " events, of at most " + MAX_BYTE_SIZE
                            + " bytes each)");
                }
                threads.accept(reader.thread());
                switch (reader.op()) {
                    case ALLOCATE -> builder.allocate(reader.byteSize());
                    case ALLOCATE_ALIGNED -> builder.allocateAligned(reader.byteSize(), reader.alignment());
                    case RESIZE -> builder.resize((int) reader.block(), reader.byteSize());
                    case FREE -> builder.free((int) reader.block());
                }
            }
            return builder.build();
        }
    }

    int eventCount() {
        return operations.length;
    }

    int blockCount() {
        return blockCount;
    }

    /** Size, alignment and op of an event, to be taken apart by {@link #op}, {@link #byteSize} and {@link #alignment}. */
    long operation(int event) {
        return operations[event];
    }

    int block(int event) {
        return blocks[event];
    }

    /** One of {@link #ALLOCATE}, {@link #FREE}, {@link #RESIZE}, {@link #ALLOCATE_ALIGNED}. */
    static int op(long operation) {
        return (int) operation & OP_MASK;
    }

    static long byteSize(long operation) {
        return operation >>> SIZE_SHIFT;
    }

    static long alignment(long operation) {
        return 1L << ((int) operation >>> ALIGNMENT_SHIFT & ALIGNMENT_MASK);
    }

    private static long pack(TraceOp op, long byteSize, long alignment) {
        return byteSize << SIZE_SHIFT | (long) Long.numberOfTrailingZeros(alignment) << ALIGNMENT_SHIFT | op.code();
    }

    /** Collects events; checks nothing that the trace's reader has checked. */
    static final class Builder {
        /** Below the longest array that a JVM allows. */
        static final int MAX_EVENTS = Integer.MAX_VALUE - 64;

        // A header is not believed before its events have been read: from here on the arrays grow.
        private static final int MAX_INITIAL_EVENTS = 1 << 22;

        private long[] operations;
        private int[] blocks;
        private int eventCount;
        private int blockCount;

        Builder(long expectedEvents) {
            int capacity = Math.clamp(expectedEvents, 16, MAX_INITIAL_EVENTS);
            operations = new long[capacity];
            blocks = new int[capacity];
        }

        boolean isFull() {
            return eventCount == MAX_EVENTS;
        }

        /** Adds an allocation and returns the new block's id. */
        int allocate(long byteSize) {
            add(pack(TraceOp.ALLOCATE, byteSize, 1), blockCount);
            return blockCount++;
        }

        /** Adds an aligned allocation and returns the new block's id. */
        int allocateAligned(long byteSize, long alignment) {
            add(pack(TraceOp.ALLOCATE_ALIGNED, byteSize, alignment), blockCount);
            return blockCount++;
        }

        void resize(int block, long byteSize) {
            add(pack(TraceOp.RESIZE, byteSize, 1), block);
        }

        void free(int block) {
            add(pack(TraceOp.FREE, 0, 1), block);
        }

        FlatTrace build() {
            boolean exact = eventCount == operations.length;
            return new FlatTrace(
                    exact ? operations : Arrays.copyOf(operations, eventCount),
                    exact ? blocks : Arrays.copyOf(blocks, eventCount),
                    blockCount);
        }

        private void add(long operation, int block) {
            if (eventCount == operations.length) {
                int capacity = (int) Math.min(eventCount + (eventCount >> 1) + 16L, MAX_EVENTS);
                operations = Arrays.copyOf(operations, capacity);
                blocks = Arrays.copyOf(blocks, capacity);
            }
            operations[eventCount] = operation;
            blocks[eventCount] = block;
            eventCount++;
        }
    }
}
