package dev.ashlar.trace;

/**
 * The byte layout of a trace, version 1. The whole is one gzip member.
 *
 * <pre>
 *   offset 0    1    2    3    4      5
 *        +----+----+----+----+------+---------+--------+--------+---------------+
 *        | A  | T  | R  | C  | 0x01 | threads | events | blocks | peakLiveBytes |
 *        +----+----+----+----+------+---------+--------+--------+---------------+
 *   then `events` times one of
 *        +---+--------+------+
 *        | 0 | thread | size |                      allocate: the new block has the next id
 *        +---+--------+-----++
 *        | 1 | thread | age |                       free block (next id - age)
 *        +---+--------+-----+------+
 *        | 2 | thread | age | size |                resize block (next id - age)
 *        +---+--------+-----++-----------------+
 *        | 3 | thread | size | log2(alignment) |    allocate aligned: the new block has the next id
 *        +---+--------+------+-----------------+
 *   and nothing behind the last one.
 * </pre>
 *
 * <p>Magic, version and op are single bytes; the rest are varints: unsigned LEB128, seven bits to a byte, the lowest
 * first, bit 7 set in all bytes but the last. No value exceeds {@code Long.MAX_VALUE}, so a varint has at most nine
 * bytes: a tenth could hold only bit 63. Only the shortest encoding of a value is valid, so that one trace has one
 * sequence of bytes, and two traces are equal if their bytes are.
 */
final class TraceFormat {
    static final int VERSION = 1;

    static final int VARINT_BITS_PER_BYTE = 7;
    static final int VARINT_VALUE_MASK = 0x7F;
    static final int VARINT_MORE = 0x80;

    /** The bits of the largest value; a multiple of {@link #VARINT_BITS_PER_BYTE}. */
    static final int VARINT_BITS = 63;

    static final int MAX_VARINT_BYTES = VARINT_BITS / VARINT_BITS_PER_BYTE;

    /** The largest power of two that a {@code long} holds. */
    static final int MAX_LOG2_ALIGNMENT = 62;

    /** An op byte and three varints. */
    static final int MAX_EVENT_BYTES = 1 + 3 * MAX_VARINT_BYTES;

    private static final byte[] MAGIC = {'A', 'T', 'R', 'C'};

    /** Magic, version and four varints. */
    static final int MAX_HEADER_BYTES = MAGIC.length + 1 + 4 * MAX_VARINT_BYTES;

    private TraceFormat() {}

    static int magicLength() {
        return MAGIC.length;
    }

    static int magic(int index) {
        return MAGIC[index];
    }

    /** Writes a value that is not negative, and returns the position after it. */
    static int putVarint(byte[] target, int position, long value) {
        int at = position;
        long rest = value;
        while (rest > VARINT_VALUE_MASK) {
            target[at++] = (byte) ((rest & VARINT_VALUE_MASK) | VARINT_MORE);
            rest >>>= VARINT_BITS_PER_BYTE;
        }
        target[at++] = (byte) rest;
        return at;
    }

    /** Writes the header at the start of an array of at least {@link #MAX_HEADER_BYTES}, and returns its length. */
    static int putHeader(byte[] target, TraceHeader header) {
        System.arraycopy(MAGIC, 0, target, 0, MAGIC.length);
        int at = MAGIC.length;
        target[at++] = VERSION;
        at = putVarint(target, at, header.threads());
        at = putVarint(target, at, header.events());
        at = putVarint(target, at, header.blocks());
        return putVarint(target, at, header.peakLiveBytes());
    }
}
