package dev.ashlar.trace;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.GZIPOutputStream;

/**
 * Records a trace, event by event.
 *
 * <p>A trace starts with its totals, which a recording knows only at its end. So events go to a temporary file beside
 * the target, uncompressed (about 3 bytes each), which keeps recording cheap; {@link #close} writes header and events,
 * compressed, and moves the whole under the target's name. Under that name there is never an unfinished trace.
 *
 * <p>Totals are what was recorded: {@code threads} is the highest thread index and one.
 *
 * <p>A refused call writes nothing, and the recording goes on. After an {@link IOException} it doesn't: its events can't
 * be trusted to be complete, so {@code close} then leaves no trace.
 *
 * <p>Each call takes constant time, amortised; memory grows as described for {@link TraceReader}. Not safe for concurrent
 * use: whoever records several threads puts their calls in order.
 */
public final class TraceWriter implements Closeable {
    private enum State { OPEN, BROKEN, CLOSED }

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final Path eventsFile;
    private final OutputStream eventsOut;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;

    private final LiveBlocks live = new LiveBlocks();
    private int threads;
    private long events;
    private long flushedBytes;
    private State state = State.OPEN;

    /** For tests, which give a stream that fails. */
    TraceWriter(Path file, Path eventsFile, OutputStream eventsOut) {
        this.file = file;
        this.eventsFile = eventsFile;
        this.eventsOut = eventsOut;
    }

    /**
     * Starts a recording. The target appears at {@link #close}, and then replaces a file of that name.
     *
     * @param file where the compressed trace will be; its directory exists, and takes the temporary files too
     * @return a writer without events
     * @throws IllegalArgumentException if the path has no file name
     * @throws IOException if no temporary file can be made in the directory
     */
    public static TraceWriter create(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        Path directory = target.getParent();
        Path name = target.getFileName();
        if (directory == null || name == null) {
            throw new IllegalArgumentException("file: " + file + " (expected: a path with a file name)");
        }
        Path eventsFile = Files.createTempFile(directory, name + ".", ".events");
        try {
            return new TraceWriter(target, eventsFile, Files.newOutputStream(eventsFile));
        } catch (IOException e) {
            throw deleteAfter(e, eventsFile);
        }
    }

    /**
     * Records an allocation.
     *
     * @param thread index of the calling thread, from 0
     * @param byteSize requested bytes, 0 or more
     * @return the new block's id: the number of allocations before this one
     * @throws IllegalArgumentException if an argument is out of range, or the live bytes would exceed
     *     {@code Long.MAX_VALUE}
     * @throws IllegalStateException if the writer is closed, or an earlier call threw an {@link IOException}
     * @throws IOException if the temporary file can't be written
     */
    public long allocate(int thread, long byteSize) throws IOException {
        checkCall(thread);
        checkSize(byteSize, 0);
        startEvent(TraceOp.ALLOCATE, thread);
        putVarint(byteSize);
        return allocateNext(byteSize);
    }

    /**
     * Records an allocation at a multiple of an alignment.
     *
     * @param thread index of the calling thread, from 0
     * @param byteSize requested bytes, 0 or more
     * @param alignment requested alignment in bytes, a power of two
     * @return the new block's id: the number of allocations before this one
     * @throws IllegalArgumentException if an argument is out of range, or the live bytes would exceed
     *     {@code Long.MAX_VALUE}
     * @throws IllegalStateException if the writer is closed, or an earlier call threw an {@link IOException}
     * @throws IOException if the temporary file can't be written
     */
    public long allocateAligned(int thread, long byteSize, long alignment) throws IOException {
        checkCall(thread);
        checkSize(byteSize, 0);
        if (alignment <= 0 || Long.bitCount(alignment) != 1) {
            throw new IllegalArgumentException("alignment: " + alignment + " (expected: a power of two)");
        }
        startEvent(TraceOp.ALLOCATE_ALIGNED, thread);
        putVarint(byteSize);
        putVarint(Long.numberOfTrailingZeros(alignment));
        return allocateNext(byteSize);
    }

    /**
     * Records that a block is freed.
     *
     * @param thread index of the calling thread, from 0
     * @param block id of a live block
     * @throws IllegalArgumentException if the thread is out of range, or the block is not live
     * @throws IllegalStateException if the writer is closed, or an earlier call threw an {@link IOException}
     * @throws IOException if the temporary file can't be written
     */
    public void free(int thread, long block) throws IOException {
        checkCall(thread);
        checkLive(block);
        startEvent(TraceOp.FREE, thread);
        putVarint(live.nextBlock() - block);
        live.free(block);
    }

    /**
     * Records that a block changes its size. It keeps its id.
     *
     * @param thread index of the calling thread, from 0
     * @param block id of a live block
     * @param byteSize requested bytes, 0 or more
     * @throws IllegalArgumentException if an argument is out of range, the block is not live, or the live bytes would
     *     exceed {@code Long.MAX_VALUE}
     * @throws IllegalStateException if the writer is closed, or an earlier call threw an {@link IOException}
     * @throws IOException if the temporary file can't be written
     */
    public void resize(int thread, long block, long byteSize) throws IOException {
        checkCall(thread);
        checkLive(block);
        checkSize(byteSize, live.byteSize(block));
        startEvent(TraceOp.RESIZE, thread);
        putVarint(live.nextBlock() - block);
        putVarint(byteSize);
        live.resize(block, byteSize);
    }

    /**
     * The totals of what has been recorded so far.
     *
     * @return the header that the trace would have if it were closed now
     */
    public TraceHeader header() {
        return new TraceHeader(threads, events, live.nextBlock(), live.peakLiveBytes());
    }

    /**
     * The bytes of the events that have been recorded so far, before compression.
     *
     * @return 0 or more
     */
    public long eventBytes() {
        return flushedBytes + position;
    }

    private void checkCall(int thread) {
        if (state != State.OPEN) {
            throw new IllegalStateException("trace writer: " + state + " (expected: OPEN)");
        }
        // The count of threads has to fit an int too.
        if (thread < 0 || thread == Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "thread: " + thread + " (expected: 0 to " + (Integer.MAX_VALUE - 1) + ")");
        }
    }

    private void checkSize(long byteSize, long oldSize) {
        if (byteSize < 0) {
            throw new IllegalArgumentException("byteSize: " + byteSize + " (expected: 0 or more)");
        }
        // Live bytes include the old size, so neither side overflows.
        if (byteSize > Long.MAX_VALUE - (live.liveBytes() - oldSize)) {
            throw new IllegalArgumentException("byteSize: " + byteSize + " (expected: at most "
                    + (Long.MAX_VALUE - (live.liveBytes() - oldSize)) + ", with the other live blocks)");
        }
    }

    private void checkLive(long block) {
        if (block < 0 || block >= live.nextBlock() || live.byteSize(block) == LiveBlocks.NOT_LIVE) {
            throw new IllegalArgumentException(
                    "block: " + block + " (expected: a live block of the " + live.nextBlock() + " allocated)");
        }
    }

    private void startEvent(TraceOp op, int thread) throws IOException {
        if (BUFFER_BYTES - position < TraceFormat.MAX_EVENT_BYTES) {
            flush();
        }
        buffer[position++] = (byte) op.code();
        putVarint(thread);
        threads = Math.max(threads, thread + 1);
        events++;
    }

    private void putVarint(long value) {
        position = TraceFormat.putVarint(buffer, position, value);
    }

    private long allocateNext(long byteSize) {
        long block = live.nextBlock();
        live.allocate(byteSize);
        return block;
    }

    private void flush() throws IOException {
        // Until the bytes are out: what a failed write has left in the file is unknown.
        state = State.BROKEN;
        eventsOut.write(buffer, 0, position);
        flushedBytes += position;
        position = 0;
        state = State.OPEN;
    }

    /** Gives the recording up: {@link #close} then leaves no trace, and all other calls are refused. */
    public void abandon() {
        if (state == State.OPEN) {
            state = State.BROKEN;
        }
    }

    /**
     * Ends the recording and writes the trace. Blocks that are live now are live at the trace's end. A second call has no
     * effect.
     *
     * @throws IOException if the trace can't be written; then a file of that name is as it was before
     */
    @Override
    public void close() throws IOException {
        if (state == State.CLOSED) {
            return;
        }
        try (eventsOut) {
            if (state == State.OPEN) {
                flush();
                publish();
            }
        } finally {
            state = State.CLOSED;
            Files.deleteIfExists(eventsFile);
        }
    }

    private void publish() throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(unfinished), BUFFER_BYTES);
                    InputStream in = Files.newInputStream(eventsFile)) {
                byte[] header = new byte[TraceFormat.MAX_HEADER_BYTES];
                out.write(header, 0, TraceFormat.putHeader(header, header()));
                in.transferTo(out);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw deleteAfter(e, unfinished);
        }
    }

    private static IOException deleteAfter(IOException failure, Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }
}
