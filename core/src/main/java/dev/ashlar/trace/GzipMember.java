package dev.ashlar.trace;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The uncompressed bytes of a file that is exactly one gzip member (RFC 1952): header, deflate data, CRC-32 and length,
 * and then the end of the file.
 *
 * <p>{@code java.util.zip.GZIPInputStream} would read on into a second member, and swallow what follows the last one if
 * it isn't a member. Here both are refused: a trace is one member, so whatever follows it was not written with it.
 *
 * <p>Damage is a {@link TraceFormatException} at the number of bytes uncompressed so far. The header's time stamp, file
 * name, comment, extra field and hints are skipped: no checksum of the format covers them unless the header has its own,
 * which is then checked.
 */
final class GzipMember implements Closeable {
    private static final int INPUT_BYTES = 1 << 14;

    private static final int MAGIC_1 = 0x1F;
    private static final int MAGIC_2 = 0x8B;
    private static final int METHOD_DEFLATE = 8;
    /** Time stamp, extra flags and operating system. */
    private static final int SKIPPED_BYTES = 6;

    private static final int FLAG_HEADER_CRC = 0x02;
    private static final int FLAG_EXTRA = 0x04;
    private static final int FLAG_NAME = 0x08;
    private static final int FLAG_COMMENT = 0x10;
    private static final int FLAGS_RESERVED = 0xE0;

    private final InputStream compressed;
    private final String file;
    // The header names no dictionary and has no zlib wrapper: raw deflate.
    private final Inflater inflater = new Inflater(true);
    private final CRC32 headerCrc = new CRC32();
    private final CRC32 contentCrc = new CRC32();

    private final byte[] input = new byte[INPUT_BYTES];
    private int position;
    private int limit;

    private boolean started;
    private boolean finished;

    GzipMember(InputStream compressed, String file) {
        this.compressed = compressed;
        this.file = file;
    }

    /**
     * Uncompresses up to {@code length > 0} bytes.
     *
     * @return the number of bytes, at least 1, or -1 at the end, after the checksum and the end of the file were checked
     */
    int read(byte[] target, int offset, int length) throws IOException {
        if (!started) {
            readHeader();
            inflater.setInput(input, position, limit - position);
            started = true;
        }
        while (!finished) {
            int count = inflate(target, offset, length);
            if (count > 0) {
                contentCrc.update(target, offset, count);
                return count;
            }
            if (inflater.finished()) {
                position = limit - inflater.getRemaining();
                readTrailer();
                finished = true;
            } else {
                // The output has room, so no progress means that all input is used up.
                fillOrRefuse("more deflate data");
                inflater.setInput(input, position, limit - position);
            }
        }
        return -1;
    }

    private int inflate(byte[] target, int offset, int length) throws TraceFormatException {
        try {
            return inflater.inflate(target, offset, length);
        } catch (DataFormatException e) {
            throw new TraceFormatException(
                    file, uncompressedBytes(), "bad deflate data: " + e.getMessage(), "deflate data (RFC 1951)", e);
        }
    }

    private void readHeader() throws IOException {
        expectHeaderByte("byte", MAGIC_1, "gzip magic 0x1f 0x8b");
        expectHeaderByte("byte", MAGIC_2, "gzip magic 0x1f 0x8b");
        expectHeaderByte("gzip method", METHOD_DEFLATE, "0x08, deflate");
        int flags = readHeaderByte();
        if ((flags & FLAGS_RESERVED) != 0) {
            throw refused("gzip flags " + hex(flags), "no reserved flag");
        }
        skipHeaderBytes(SKIPPED_BYTES);
        if ((flags & FLAG_EXTRA) != 0) {
            skipHeaderBytes(readHeaderByte() | readHeaderByte() << 8);
        }
        if ((flags & FLAG_NAME) != 0) {
            skipHeaderString();
        }
        if ((flags & FLAG_COMMENT) != 0) {
            skipHeaderString();
        }
        if ((flags & FLAG_HEADER_CRC) != 0) {
            long computed = headerCrc.getValue() & 0xFFFF;
            expectNumber("header CRC-16", readLittleEndian(2), computed);
        }
    }

    private void readTrailer() throws IOException {
        expectNumber("CRC-32", readLittleEndian(4), contentCrc.getValue());
        // The format keeps the length modulo 2^32.
        expectNumber("length", readLittleEndian(4), uncompressedBytes() & 0xFFFF_FFFFL);
        if (position < limit || fill()) {
            throw refused("byte " + hex(input[position] & 0xFF) + " after the gzip member", "end of file");
        }
    }

    private void expectHeaderByte(String what, int expectedByte, String expected) throws IOException {
        int found = readHeaderByte();
        if (found != expectedByte) {
            throw refused(what + " " + hex(found), expected);
        }
    }

    private void expectNumber(String what, long found, long computed) throws TraceFormatException {
        if (found != computed) {
            throw refused("gzip " + what + " 0x" + Long.toHexString(found), "0x" + Long.toHexString(computed));
        }
    }

    private void skipHeaderBytes(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            readHeaderByte();
        }
    }

    private void skipHeaderString() throws IOException {
        while (readHeaderByte() != 0) {
            // Latin-1 up to a zero byte, and of no use here.
        }
    }

    private int readHeaderByte() throws IOException {
        int next = readByte();
        headerCrc.update(next);
        return next;
    }

    private long readLittleEndian(int byteCount) throws IOException {
        long value = 0;
        for (int i = 0; i < byteCount; i++) {
            value |= (long) readByte() << (Byte.SIZE * i);
        }
        return value;
    }

    private int readByte() throws IOException {
        if (position == limit) {
            fillOrRefuse(started ? "gzip trailer" : "gzip header");
        }
        return input[position++] & 0xFF;
    }

    private void fillOrRefuse(String expected) throws IOException {
        if (!fill()) {
            throw new TraceFormatException(file, uncompressedBytes(), "end of file", expected, new EOFException());
        }
    }

    private boolean fill() throws IOException {
        int count;
        do {
            count = compressed.read(input, 0, input.length);
        } while (count == 0);
        position = 0;
        limit = Math.max(count, 0);
        return count > 0;
    }

    private long uncompressedBytes() {
        return inflater.getBytesWritten();
    }

    private TraceFormatException refused(String found, String expected) {
        return new TraceFormatException(file, uncompressedBytes(), found, expected);
    }

    private static String hex(int value) {
        return "0x" + HexFormat.of().toHexDigits((byte) value);
    }

    /** Releases the inflater's memory, and closes the stream. */
    @Override
    public void close() throws IOException {
        inflater.end();
        compressed.close();
    }
}
