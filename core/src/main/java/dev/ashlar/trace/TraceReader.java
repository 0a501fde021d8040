package dev.ashlar.trace;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads a recorded trace, event by event, and checks each event completely before it is handed out.
 *
 * <pre>{@code
 * try (TraceReader trace = TraceReader.open(path)) {
 *     while (trace.next()) {
 *         switch (trace.op()) { ... trace.block() ... trace.byteSize() ... }
 *     }
 * }
 * }</pre>
 *
 * <p>What {@link #next} has accepted is consistent: an allocation has the next block id, a free or a resize names a live
 * block, thread indexes, block ids and live bytes stay within the {@link #header}'s totals. That the file as a whole is
 * sound, totals and checksum included, is known when {@code next} has answered {@code false}, and not before.
 *
 * <p>The file is streamed. No object is made per event; memory grows with the blocks seen, at most 8 bytes each and
 * usually far less, and never with what a header claims. One call of {@code next} takes constant time, amortised.
 *
 * <p>Not safe for concurrent use.
 */
public final class TraceReader implements Closeable {
    private enum State { START, EVENT, END, BROKEN, CLOSED }

    private final TraceInput input;
    private final TraceHeader header;
    // A total that the events don't bear out is reported where it stands.
    private final long blocksOffset;
    private final long peakOffset;
    private final LiveBlocks live = new LiveBlocks();

    private State state = State.START;
    private long index = -1;
    private TraceOp op = TraceOp.ALLOCATE;
    private int thread;
    private long block;
    private long byteSize;
    private long alignment;

    private TraceReader(TraceInput input) throws IOException {
        this.input = input;
        for (int i = 0; i < TraceFormat.magicLength(); i++) {
            expectByte("byte", TraceFormat.magic(i), ", the magic's '" + (char) TraceFormat.magic(i) + "'");
        }
        expectByte("version", TraceFormat.VERSION, "");
        long threads = input.readVarint("threads");
        long threadsOffset = input.fieldOffset();
        if (threads > Integer.MAX_VALUE) {
            throw input.refused("threads " + threads, "at most " + Integer.MAX_VALUE);
        }
        long events = input.readVarint("events");
        if (threads < TraceHeader.leastThreads(events)) {
            throw input.refusedAt(threadsOffset, "threads " + threads, "1 or more, for " + events + " events");
        }
        long blocks = input.readVarint("blocks");
        blocksOffset = input.fieldOffset();
        if (blocks > events) {
            throw input.refused("blocks " + blocks, "at most " + events + ", the events");
        }
        long peakLiveBytes = input.readVarint("peakLiveBytes");
        peakOffset = input.fieldOffset();
        header = new TraceHeader((int) threads, events, blocks, peakLiveBytes);
    }

    /**
     * Opens a trace file and reads its header.
     *
     * @param file a gzip-compressed trace
     * @return a reader before the first event; closing it closes the file
     * @throws java.nio.file.NoSuchFileException if there is no such file
     * @throws TraceFormatException if the file doesn't start as a trace does
     * @throws IOException if the file can't be read
     */
    public static TraceReader open(Path file) throws IOException {
        return of(Files.newInputStream(file), file.toString());
    }

    /**
     * Reads a trace's header from a stream.
     *
     * @param compressed a gzip-compressed trace, up to the stream's end; it belongs to the reader from now on, and is
     *     closed with it, or at once if this method throws
     * @param name what messages call the trace
     * @return a reader before the first event
     * @throws TraceFormatException if the stream doesn't start as a trace does
     * @throws IOException if the stream can't be read
     */
    public static TraceReader of(InputStream compressed, String name) throws IOException {
        TraceInput input = new TraceInput(new GzipMember(compressed, name), name);
        try {
            return new TraceReader(input);
        } catch (IOException | RuntimeException | Error e) {
            try (input) {
                throw e;
            }
        }
    }

    /**
     * The totals that the file claims. They are known to be right when {@link #next} has answered {@code false}.
     *
     * @return the header
     */
    public TraceHeader header() {
        return header;
    }

    /**
     * Advances to the next event and checks it.
     *
     * @return true if there is one; false at the end, and from then on: then the trace had exactly the header's events,
     *     blocks and peak, its checksum is right, and nothing follows it
     * @throws TraceFormatException if the next event, or the end, is damaged; the reader is of no more use then
     * @throws IOException if the trace can't be read; the reader is of no more use then
     * @throws IllegalStateException if an earlier call threw, or the reader is closed
     */
    public boolean next() throws IOException {
        if (state != State.EVENT && state != State.START) {
            return nextAfterLast();
        }
        // Until the event has proved sound: whatever is thrown from here on leaves the reader broken.
        state = State.BROKEN;
        if (index + 1 == header.events()) {
            checkEnd();
            state = State.END;
            return false;
        }
        readEvent();
        state = State.EVENT;
        return true;
    }

    private boolean nextAfterLast() {
        if (state != State.END) {
            throw new IllegalStateException("trace reader: " + state + " (expected: open and undamaged)");
        }
        return false;
    }

    private void readEvent() throws IOException {
        if (input.isAtEnd()) {
            throw input.refused("end of trace after " + (index + 1) + " events", header.events() + " events");
        }
        index++;
        int code = input.readByte("op");
        if (!TraceOp.isCode(code)) {
            throw input.refused("op " + code, "0 to 3");
        }
        op = TraceOp.ofCode(code);
        if (op.allocates() && live.nextBlock() == header.blocks()) {
            throw input.refused("op " + code, "1 or 2, after " + header.blocks() + " blocks of " + header.blocks());
        }
        thread = readThread();
        alignment = 1;
        switch (op) {
            case ALLOCATE -> {
                byteSize = readSize(0);
                allocateNext();
            }
            case ALLOCATE_ALIGNED -> {
                byteSize = readSize(0);
                alignment = readAlignment();
                allocateNext();
            }
            case FREE -> {
                block = readLiveBlock();
                byteSize = 0;
                live.free(block);
            }
            case RESIZE -> {
                block = readLiveBlock();
                byteSize = readSize(live.byteSize(block));
                live.resize(block, byteSize);
            }
        }
    }

    private void allocateNext() {
        block = live.nextBlock();
        live.allocate(byteSize);
    }

    private int readThread() throws IOException {
        long found = input.readVarint("thread");
        if (found >= header.threads()) {
            throw input.refused("thread " + found, "0 to " + (header.threads() - 1));
        }
        return (int) found;
    }

    private long readSize(long oldSize) throws IOException {
        long size = input.readVarint("size");
        // Live bytes never exceed the header's peak, so neither side overflows, and no later sum does.
        long room = header.peakLiveBytes() - live.liveBytes();
        if (size - oldSize > room) {
            // Both terms are below 2^63, so the sum is right if read as unsigned.
            throw input.refused("size " + size, "at most " + Long.toUnsignedString(room + oldSize)
                    + ", within the header's peakLiveBytes " + header.peakLiveBytes());
        }
        return size;
    }

    private long readAlignment() throws IOException {
        long log2 = input.readVarint("log2(alignment)");
        if (log2 > TraceFormat.MAX_LOG2_ALIGNMENT) {
            throw input.refused("log2(alignment) " + log2, "0 to " + TraceFormat.MAX_LOG2_ALIGNMENT);
        }
        return 1L << log2;
    }

    private long readLiveBlock() throws IOException {
        long age = input.readVarint("age");
        long allocated = live.nextBlock();
        if (age == 0 || age > allocated) {
            throw input.refused("age " + age,
                    allocated == 0 ? "an allocation first" : "1 to " + allocated + ", the blocks so far");
        }
        long named = allocated - age;
        if (live.byteSize(named) == LiveBlocks.NOT_LIVE) {
            throw input.refused("age " + age + ", block " + named + ", freed before", "a live block");
        }
        return named;
    }

    private void checkEnd() throws IOException {
        if (!input.isAtEnd()) {
            int trailing = input.readByte("end of trace");
            throw input.refused("byte " + trailing, "end of trace after " + header.events() + " events");
        }
        if (live.nextBlock() != header.blocks()) {
            throw input.refusedAt(blocksOffset, "blocks " + header.blocks(),
                    live.nextBlock() + ", as the events allocate");
        }
        if (live.peakLiveBytes() != header.peakLiveBytes()) {
            throw input.refusedAt(peakOffset, "peakLiveBytes " + header.peakLiveBytes(),
                    live.peakLiveBytes() + ", the most that is live after an event");
        }
    }

    private void expectByte(String what, int expected, String meaning) throws IOException {
        int found = input.readByte(what);
        if (found != expected) {
            throw input.refused(what + " " + found, expected + meaning);
        }
    }

    /**
     * What the current event asks for.
     *
     * @return the operation
     * @throws IllegalStateException if there is no current event: {@link #next} hasn't been called, or didn't return true
     */
    public TraceOp op() {
        requireEvent();
        return op;
    }

    /**
     * The thread that made the current event's call.
     *
     * @return 0 to {@code header().threads() - 1}
     * @throws IllegalStateException if there is no current event
     */
    public int thread() {
        requireEvent();
        return thread;
    }

    /**
     * The block that the current event allocates, frees or resizes. Ids count the allocations and are never reused.
     *
     * @return 0 to {@code header().blocks() - 1}
     * @throws IllegalStateException if there is no current event
     */
    public long block() {
        requireEvent();
        return block;
    }

    /**
     * The bytes that the current event requests, which may be 0.
     *
     * @return the size of the new block, or the new size of the resized block; 0 for {@link TraceOp#FREE}
     * @throws IllegalStateException if there is no current event
     */
    public long byteSize() {
        requireEvent();
        return byteSize;
    }

    /**
     * The alignment that the current event requests, in bytes.
     *
     * @return a power of two for {@link TraceOp#ALLOCATE_ALIGNED}; otherwise 1
     * @throws IllegalStateException if there is no current event
     */
    public long alignment() {
        requireEvent();
        return alignment;
    }

    /**
     * The number of the current event.
     *
     * @return 0 to {@code header().events() - 1}
     * @throws IllegalStateException if there is no current event
     */
    public long index() {
        requireEvent();
        return index;
    }

    private void requireEvent() {
        if (state != State.EVENT) {
            throw new IllegalStateException("trace reader: " + state + " (expected: after next() returned true)");
        }
    }

    /**
     * Closes the file or stream. A second call has no effect.
     *
     * @throws IOException if closing the file or stream fails
     */
    @Override
    public void close() throws IOException {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            input.close();
        }
    }
}
