package dev.ashlar.space;

/**
 * A range of a space: {@code [offset, offset + length)}, in the space's own units.
 *
 * @param offset where it begins; 0 or more
 * @param length how long it is; 1 or more
 */
public record Extent(long offset, long length) {
    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException if the offset is negative, the length is not positive, or the end is above {@link Long#MAX_VALUE}
     */
    public Extent {
        Requests.checkRange(offset, length);
    }

    /** The first offset behind it. */
    public long end() {
        return offset + length;
    }

    /** Whether the two have an offset in common; touching is not overlapping. */
    public boolean overlaps(Extent other) {
        return offset < other.end() && other.offset < end();
    }
}
