package dev.ashlar.trace;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * Builds the bytes of a trace, well-formed or not. It checks nothing, and shares no code with the writer: it is a second
 * opinion on the format.
 */
final class TraceBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static TraceBytes empty() {
        return new TraceBytes();
    }

    static TraceBytes header(long threads, long events, long blocks, long peakLiveBytes) {
        return empty().bytes('A', 'T', 'R', 'C', 1).varint(threads).varint(events).varint(blocks).varint(peakLiveBytes);
    }

    static TraceBytes of(TraceHeader header, List<Event> events) {
        TraceBytes bytes = header(header.threads(), header.events(), header.blocks(), header.peakLiveBytes());
        long next = 0;
        for (Event event : events) {
            switch (event.op()) {
                case ALLOCATE -> bytes.allocate(event.thread(), event.byteSize());
                case ALLOCATE_ALIGNED -> bytes.allocateAligned(
                        event.thread(), event.byteSize(), Long.numberOfTrailingZeros(event.alignment()));
                case FREE -> bytes.free(event.thread(), next - event.block());
                case RESIZE -> bytes.resize(event.thread(), next - event.block(), event.byteSize());
            }
            next += event.op().allocates() ? 1 : 0;
        }
        return bytes;
    }

    TraceBytes allocate(long thread, long byteSize) {
        return bytes(0).varint(thread).varint(byteSize);
    }

    TraceBytes free(long thread, long age) {
        return bytes(1).varint(thread).varint(age);
    }

    TraceBytes resize(long thread, long age, long byteSize) {
        return bytes(2).varint(thread).varint(age).varint(byteSize);
    }

    TraceBytes allocateAligned(long thread, long byteSize, long log2Alignment) {
        return bytes(3).varint(thread).varint(byteSize).varint(log2Alignment);
    }

    /** An unsigned 64-bit value. */
    TraceBytes varint(long value) {
        long rest = value;
        while (Long.compareUnsigned(rest, 128) >= 0) {
            out.write((int) (128 + Long.remainderUnsigned(rest, 128)));
            rest = Long.divideUnsigned(rest, 128);
        }
        out.write((int) rest);
        return this;
    }

    TraceBytes bytes(int... values) {
        for (int value : values) {
            out.write(value);
        }
        return this;
    }

    int size() {
        return out.size();
    }

    byte[] uncompressed() {
        return out.toByteArray();
    }

    byte[] compressed() {
        return gzip(uncompressed());
    }

    static byte[] gzip(byte[] content) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return compressed.toByteArray();
    }
}
