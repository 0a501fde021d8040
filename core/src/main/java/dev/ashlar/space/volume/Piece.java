package dev.ashlar.space.volume;

import java.util.Objects;

/**
 * A run of extents of one leg on one source.
 *
 * @param source the source's name
 * @param offset of its first extent on the source
 * @param length in extents, at least 1
 * @param position of its first extent within the leg; 0 for metadata
 */
public record Piece(String source, long offset, long length, long position) {
    /**
     * Checks the values by themselves, not against any set.
     *
     * @throws IllegalArgumentException if a value is out of its range, or the piece would end beyond {@code Long.MAX_VALUE}
     */
    public Piece {
        Objects.requireNonNull(source, "source");
        Checks.atLeast("offset", offset, 0);
        Checks.atLeast("length", length, 1);
        Checks.atLeast("position", position, 0);
        if (length > Long.MAX_VALUE - Math.max(offset, position)) {
            throw new IllegalArgumentException(
                    "piece: " + length + " extents at offset " + offset + ", position " + position
                            + " (expected: an end that a long can hold)");
        }
    }

    /** The first extent on the source that is no longer the piece's. */
    public long end() {
        return offset + length;
    }

    /** As messages name it: {@code a[10, 14)}. */
    @Override
    public String toString() {
        return source + "[" + offset + ", " + end() + ")";
    }
}
