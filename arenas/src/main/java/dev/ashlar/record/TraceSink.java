package dev.ashlar.record;

import java.io.IOException;
import java.nio.file.Path;

import dev.ashlar.trace.TraceWriter;

/**
 * Writes events as a trace: an address becomes the number of its block, a thread's id an index in the order in which threads appear.
 *
 * <p>Memory grows with the blocks that are live: 32 bytes for each of them, at most, and what {@link TraceWriter} needs.
 */
public final class TraceSink implements EventSink {
    /** Room for a trace's header, and for what gzip adds to bytes that it can't compress: less than a thousandth. */
    private static final long SPARE_BYTES = 256;

    private static final int GZIP_SHARE = 1024;

    /** An op and three numbers of nine bytes. */
    private static final int MAX_EVENT_BYTES = 28;

    /** A free that was not seen may have to be written before an allocation. */
    private static final int MAX_EVENTS = 2;

    /** Alignments up to this every block has. */
    private static final int USUAL_ALIGNMENT = 16;

    private final TraceWriter writer;
    private final long limitBytes;
    private final LongMap blocks = new LongMap();
    private final LongMap threads = new LongMap();
    private long lastThread;
    private int lastIndex;

    private TraceSink(TraceWriter writer, long limitBytes) {
        this.writer = writer;
        this.limitBytes = limitBytes;
    }

    /**
     * Starts a trace.
     *
     * @param file where it will be
     * @param maxBytes that the file may have, and the one beside it that events go to meanwhile
     * @throws IOException if no temporary file can be made beside it
     */
    public static TraceSink create(Path file, long maxBytes) throws IOException {
        return new TraceSink(TraceWriter.create(file), maxBytes - maxBytes / GZIP_SHARE - SPARE_BYTES);
    }

    @Override
    public boolean allocated(long thread, long address, long byteSize, long alignment) throws IOException {
        long stale = blocks.get(address);
        if (stale != LongMap.NONE) {
            // Who freed it was told of an error, and the block was free nevertheless.
            writer.free(index(thread), stale);
        }
        long block = alignment <= USUAL_ALIGNMENT
                ? writer.allocate(index(thread), byteSize)
                : writer.allocateAligned(index(thread), byteSize, alignment);
        blocks.put(address, block);
        return true;
    }

    @Override
    public boolean freed(long thread, long address) throws IOException {
        long block = blocks.remove(address);
        if (block == LongMap.NONE) {
            return false;
        }
        writer.free(index(thread), block);
        return true;
    }

    @Override
    public boolean resized(long thread, long address, long moved, long byteSize) throws IOException {
        long block = blocks.get(address);
        if (block == LongMap.NONE) {
            // In place it stays unknown. At its new address it is the recording's, as any block handed out now.
            return address != moved && allocated(thread, moved, byteSize, 1);
        }
        writer.resize(index(thread), block, byteSize);
        if (address != moved) {
            blocks.remove(address);
            blocks.put(moved, block);
        }
        return true;
    }

    private int index(long thread) {
        if (thread != lastThread) {
            long index = threads.get(thread);
            if (index == LongMap.NONE) {
                index = threads.count();
                threads.put(thread, index);
            }
            lastThread = thread;
            lastIndex = (int) index;
        }
        return lastIndex;
    }

    @Override
    public long bytes() {
        return writer.eventBytes();
    }

    @Override
    public boolean isFull() {
        return writer.eventBytes() > limitBytes - MAX_EVENTS * MAX_EVENT_BYTES;
    }

    @Override
    public void abandon() {
        writer.abandon();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
