package dev.ashlar.bench.space;

/**
 * A range that an allocation has.
 *
 * @param source that it is on; empty if there is but one space
 * @param offset of the first unit
 * @param length in units
 * @param role what is in it
 * @param stripe of a set of volumes, else 0
 * @param copy of a set of volumes, else 0
 */
public record Part(String source, long offset, long length, Role role, int stripe, int copy) {
    /** What is in a range. */
    public enum Role {
        /** What was asked for. */
        DATA,
        /** A parity device. */
        PARITY,
        /** The metadata extents of a leg. */
        METADATA
    }

    /** Behind its last unit. */
    public long end() {
        return offset + length;
    }

    /** As tables show it: {@code a[0, 4)}, or {@code [0, 4)}; metadata in angle brackets, parity with a star. */
    public String text() {
        String range = source + "[" + offset + ", " + end() + ")";
        return switch (role) {
            case DATA -> range;
            case PARITY -> range + "*";
            case METADATA -> "<" + range + ">";
        };
    }
}
