package dev.ashlar.trace;

import java.io.Closeable;
import java.io.IOException;

/** The uncompressed bytes of a trace as bytes and varints, with the offset at which each field starts. */
final class TraceInput implements Closeable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final GzipMember member;
    private final String file;

    private final byte[] buffer = new byte[BUFFER_BYTES];
    // The offset of buffer[0] in the trace.
    private long bufferOffset;
    private int position;
    private int limit;

    private long fieldOffset;

    TraceInput(GzipMember member, String file) {
        this.member = member;
        this.file = file;
    }

    /** Where the field that was read last starts. */
    long fieldOffset() {
        return fieldOffset;
    }

    /** Whether the trace ends here. If so, the checksum has been checked, and nothing follows it. */
    boolean isAtEnd() throws IOException {
        fieldOffset = bufferOffset + position;
        return position == limit && !fill();
    }

    /** Reads a field of one byte, 0 to 255. */
    int readByte(String field) throws IOException {
        fieldOffset = bufferOffset + position;
        return nextByte(field);
    }

    /** Reads a varint, which is never negative. */
    long readVarint(String field) throws IOException {
        fieldOffset = bufferOffset + position;
        if (position < limit) {
            byte only = buffer[position];
            // Most fields are one byte: bit 7 is clear.
            if (only >= 0) {
                position++;
                return only;
            }
        }
        return readLongVarint(field);
    }

    private long readLongVarint(String field) throws IOException {
        long value = 0;
        for (int shift = 0; shift < TraceFormat.VARINT_BITS; shift += TraceFormat.VARINT_BITS_PER_BYTE) {
            int next = nextByte(field);
            value |= (long) (next & TraceFormat.VARINT_VALUE_MASK) << shift;
            if (next < TraceFormat.VARINT_MORE) {
                if (next == 0 && shift > 0) {
                    throw refused(field + " " + value + " in " + (shift / TraceFormat.VARINT_BITS_PER_BYTE + 1)
                            + " bytes", "its shortest encoding");
                }
                return value;
            }
        }
        throw refused(field + " of more than " + TraceFormat.MAX_VARINT_BYTES + " bytes",
                "at most " + Long.MAX_VALUE);
    }

    private int nextByte(String field) throws IOException {
        if (position == limit && !fill()) {
            throw refused("end of trace", field);
        }
        return buffer[position++] & 0xFF;
    }

    private boolean fill() throws IOException {
        bufferOffset += limit;
        position = 0;
        limit = 0;
        int count = member.read(buffer, 0, buffer.length);
        limit = Math.max(count, 0);
        return count > 0;
    }

    /** Refuses the field that was read last. */
    TraceFormatException refused(String found, String expected) {
        return refusedAt(fieldOffset, found, expected);
    }

    TraceFormatException refusedAt(long offset, String found, String expected) {
        return new TraceFormatException(file, offset, found, expected);
    }

    @Override
    public void close() throws IOException {
        member.close();
    }
}
