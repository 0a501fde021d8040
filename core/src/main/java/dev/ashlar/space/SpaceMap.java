package dev.ashlar.space;

import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.zip.CRC32C;

import org.jspecify.annotations.Nullable;

/**
 * The free-space map of a space: what must be kept of it to go on later. A copy, immutable, safe to share between threads.
 *
 * <p>Saved, little-endian, with a CRC-32C (Castagnoli's polynomial, RFC 3720) over the header and one over everything:
 *
 * <pre>{@code
 *      0  8 bytes  "ASHLRMAP"
 *      8  int      version: 1
 *     12  byte     kind: 1 a growing space, 2 a volume of units
 *     13  byte     policy: 1 END_OF_SPACE, 2 FIRST_FIT, 3 NEXT_FIT, 4 BEST_FIT, 5 WORST_FIT
 *     14  short    0
 *     16  long     start
 *     24  long     limit
 *     32  long     end
 *     40  long     where next fit goes on
 *     48  long     number of free extents: n
 *     56  int      0
 *     60  int      CRC-32C of bytes 0 to 59
 *     64  n times  long offset, long length; in order, disjoint, no two touch; in [start, end)
 *     64 + 16 n    int  CRC-32C of all bytes before
 * }</pre>
 *
 * <p>Reading trusts nothing: the number of extents is compared with what there is before memory is taken for them, and after the checksums
 * every field is checked for what must hold of it.
 */
public final class SpaceMap {
    static final int GROWING = 1;
    static final int VOLUME = 2;

    private static final long MAGIC = 0x50414D524C485341L;
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 64;
    private static final int CHECKED_HEADER_BYTES = 60;
    private static final int EXTENT_BYTES = 16;
    private static final int TRAILER_BYTES = 4;
    private static final int CHUNK_EXTENTS = 4096;
    private static final SpacePolicy[] POLICIES = {
        SpacePolicy.END_OF_SPACE, SpacePolicy.FIRST_FIT, SpacePolicy.NEXT_FIT, SpacePolicy.BEST_FIT,
        SpacePolicy.WORST_FIT};

    private final int kind;
    private final SpacePolicy policy;
    private final long start;
    private final long limit;
    private final long end;
    private final long cursor;
    private final List<Extent> free;

    SpaceMap(int kind, SpacePolicy policy, long start, long limit, long end, long cursor, List<Extent> free) {
        this.kind = kind;
        this.policy = policy;
        this.start = start;
        this.limit = limit;
        this.end = end;
        this.cursor = cursor;
        this.free = free;
    }

    int kind() {
        return kind;
    }

    SpacePolicy policy() {
        return policy;
    }

    long start() {
        return start;
    }

    long limit() {
        return limit;
    }

    long end() {
        return end;
    }

    long cursor() {
        return cursor;
    }

    /** What is free, lowest offset first, immutable. */
    public List<Extent> free() {
        return free;
    }

    /** How many bytes {@link #write(ByteBuffer)} writes. */
    public long savedBytes() {
        return savedBytes(free.size());
    }

    private static long savedBytes(long extents) {
        return HEADER_BYTES + EXTENT_BYTES * extents + TRAILER_BYTES;
    }

    void expectKind(int expected, String what) {
        if (kind != expected) {
            throw new IllegalArgumentException("map: of kind " + kind + " (expected: " + expected + ", " + what + ")");
        }
    }

    /**
     * Writes the map at the buffer's position, which is behind it afterwards. The buffer's byte order does not matter.
     *
     * @throws BufferOverflowException if less than {@link #savedBytes()} remain; nothing is written then
     * @throws java.nio.ReadOnlyBufferException if the buffer is read-only
     */
    public void write(ByteBuffer buffer) {
        if (buffer.remaining() < savedBytes()) {
            throw new BufferOverflowException();
        }
        CRC32C crc = new CRC32C();
        buffer.put(header(crc));
        for (int from = 0; from < free.size(); from += CHUNK_EXTENTS) {
            buffer.put(extents(from, crc));
        }
        buffer.put(trailer(crc));
    }

    /**
     * Writes the map into a file. Forces nothing to disk: a map that replaces another belongs beside it, and must be forced before the other one
     * is given up.
     *
     * @param position where it begins
     * @return the position behind it
     * @throws IOException if it can't be written; what is there then is refused when it is read
     */
    public long write(FileChannel channel, long position) throws IOException {
        CRC32C crc = new CRC32C();
        long at = writeFully(channel, header(crc), position);
        for (int from = 0; from < free.size(); from += CHUNK_EXTENTS) {
            at = writeFully(channel, extents(from, crc), at);
        }
        return writeFully(channel, trailer(crc), at);
    }

    private static long writeFully(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
        return at;
    }

    private ByteBuffer header(CRC32C crc) {
        ByteBuffer header = littleEndian(HEADER_BYTES);
        header.putLong(MAGIC).putInt(VERSION).put((byte) kind).put((byte) (1 + List.of(POLICIES).indexOf(policy)))
                .putShort((short) 0);
        header.putLong(start).putLong(limit).putLong(end).putLong(cursor).putLong(free.size()).putInt(0);
        crc.update(header.slice(0, CHECKED_HEADER_BYTES));
        header.putInt((int) crc.getValue());
        crc.update(header.slice(CHECKED_HEADER_BYTES, HEADER_BYTES - CHECKED_HEADER_BYTES));
        return header.flip();
    }

    private ByteBuffer extents(int from, CRC32C crc) {
        int to = Math.min(free.size(), from + CHUNK_EXTENTS);
        ByteBuffer bytes = littleEndian(EXTENT_BYTES * (to - from));
        for (int i = from; i < to; i++) {
            Extent extent = free.get(i);
            bytes.putLong(extent.offset()).putLong(extent.length());
        }
        crc.update(bytes.slice(0, bytes.capacity()));
        return bytes.flip();
    }

    private static ByteBuffer trailer(CRC32C crc) {
        return littleEndian(TRAILER_BYTES).putInt((int) crc.getValue()).flip();
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reads a map from the buffer's position, which is behind it afterwards, or where it was if the map is refused.
     *
     * @throws SpaceFormatException if there is no whole and sound map
     */
    public static SpaceMap read(ByteBuffer buffer) throws SpaceFormatException {
        ByteBuffer bytes = buffer.duplicate();
        SpaceMap map;
        try {
            map = read(bytes.remaining(), target -> {
                int count = target.remaining();
                target.put(bytes.slice(bytes.position(), count));
                bytes.position(bytes.position() + count);
            });
        } catch (SpaceFormatException e) {
            throw e;
        } catch (IOException e) {
            throw new AssertionError("a buffer that fails to be read (expected: none)", e);
        }
        buffer.position(bytes.position());
        return map;
    }

    /**
     * Reads a map that begins at a position of a file.
     *
     * @throws SpaceFormatException if there is no whole and sound map
     * @throws IOException if it can't be read
     */
    public static SpaceMap read(FileChannel channel, long position) throws IOException {
        long[] at = {position};
        return read(Math.max(0, channel.size() - position), target -> {
            while (target.hasRemaining()) {
                int count = channel.read(target, at[0]);
                if (count < 0) {
                    throw new EOFException("free-space map: the file became shorter while it was read");
                }
                at[0] += count;
            }
        });
    }

    /** Where the bytes come from: fills a buffer. */
    private interface Source {
        void read(ByteBuffer target) throws IOException;
    }

    private static void fill(ByteBuffer target, Source source) throws IOException {
        source.read(target);
        target.flip();
    }

    private static SpaceMap read(long available, Source source) throws IOException {
        if (available < HEADER_BYTES) {
            throw new SpaceFormatException(available, "the end", "a header of " + HEADER_BYTES + " bytes");
        }
        CRC32C crc = new CRC32C();
        ByteBuffer header = littleEndian(HEADER_BYTES);
        fill(header, source);
        checkHeader(header, crc);
        long count = header.getLong(48);
        if (count < 0 || count > (available - HEADER_BYTES - TRAILER_BYTES) / EXTENT_BYTES
                || available < savedBytes(0)) {
            throw new SpaceFormatException(48, count + " free extents in " + available + " bytes",
                    "16 bytes for each, and 68 more");
        }
        ExtentList.Builder free = new ExtentList.Builder(count);
        // A growing space ends with something in use.
        Order order = new Order(header.getLong(16), header.getLong(32) - (header.get(12) == GROWING ? 1 : 0));
        @Nullable
        SpaceFormatException unsound = null;
        for (long from = 0; from < count; from += CHUNK_EXTENTS) {
            ByteBuffer bytes = littleEndian(EXTENT_BYTES * (int) Math.min(CHUNK_EXTENTS, count - from));
            fill(bytes, source);
            crc.update(bytes.slice(0, bytes.capacity()));
            while (bytes.hasRemaining() && unsound == null) {
                long offset = bytes.getLong();
                long length = bytes.getLong();
                unsound = order.check(offset, length, HEADER_BYTES + EXTENT_BYTES * free.size());
                if (unsound == null) {
                    free.add(offset, length);
                }
            }
        }
        ByteBuffer trailer = littleEndian(TRAILER_BYTES);
        fill(trailer, source);
        expectChecksum(HEADER_BYTES + EXTENT_BYTES * count, trailer.getInt(), crc);
        if (unsound != null) {
            throw unsound;
        }
        return new SpaceMap(header.get(12), POLICIES[header.get(13) - 1], header.getLong(16), header.getLong(24),
                header.getLong(32), header.getLong(40), free.build());
    }

    private static void checkHeader(ByteBuffer header, CRC32C crc) throws SpaceFormatException {
        expect(0, "magic", header.getLong(0), MAGIC);
        expect(8, "version", header.getInt(8), VERSION);
        crc.update(header.slice(0, CHECKED_HEADER_BYTES));
        expectChecksum(CHECKED_HEADER_BYTES, header.getInt(CHECKED_HEADER_BYTES), crc);
        crc.update(header.slice(CHECKED_HEADER_BYTES, HEADER_BYTES - CHECKED_HEADER_BYTES));
        expectWithin(12, "kind", header.get(12), GROWING, VOLUME);
        expectWithin(13, "policy", header.get(13), 1, POLICIES.length);
        expect(14, "reserved", header.getShort(14), 0);
        expect(56, "reserved", header.getInt(56), 0);
        long start = header.getLong(16);
        long limit = header.getLong(24);
        expectWithin(16, "start", start, 0, Long.MAX_VALUE);
        expectWithin(24, "limit", limit, start, Long.MAX_VALUE);
        expectWithin(32, "end", header.getLong(32), header.get(12) == VOLUME ? limit : start, limit);
        expectWithin(40, "next fit", header.getLong(40), start, limit);
    }

    private static void expectChecksum(long offset, int found, CRC32C crc) throws SpaceFormatException {
        if (found != (int) crc.getValue()) {
            throw new SpaceFormatException(offset, "CRC-32C " + Integer.toHexString(found),
                    Integer.toHexString((int) crc.getValue()) + ", that of the bytes before");
        }
    }

    private static void expect(int offset, String what, long found, long expected) throws SpaceFormatException {
        if (found != expected) {
            throw new SpaceFormatException(offset, what + " 0x" + Long.toHexString(found),
                    "0x" + Long.toHexString(expected));
        }
    }

    private static void expectWithin(int offset, String what, long found, long least, long most)
            throws SpaceFormatException {
        if (found < least || found > most) {
            throw new SpaceFormatException(offset, what + " " + found, least + " to " + most);
        }
    }

    /** Free extents are in order, disjoint, do not touch, and lie within the space. */
    private static final class Order {
        private final long end;
        private long least;

        Order(long start, long end) {
            this.end = end;
            least = start;
        }

        @Nullable
        SpaceFormatException check(long offset, long length, long position) {
            if (offset < least || offset > end || length <= 0 || length > end - offset) {
                return new SpaceFormatException(position, "free extent at " + offset + " of length " + length,
                        "one within " + Requests.range(least, end) + ", not touching the one before");
            }
            least = offset + length + 1;
            return null;
        }
    }
}
