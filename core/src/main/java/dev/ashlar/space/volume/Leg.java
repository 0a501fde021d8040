package dev.ashlar.space.volume;

import java.util.List;

/**
 * One of the parallel areas of a layout: a stripe of a copy, or a parity device.
 *
 * @param stripe its number: the data stripes from 0 on, then the parity devices
 * @param copy the number of the copy that it belongs to, from 0 on
 * @param isParity whether it is a parity device
 * @param metadata its metadata extents, directly before its first piece when they were placed; empty if it has none
 * @param pieces its data, by ascending position; there are gaps where pieces have been freed
 */
public record Leg(int stripe, int copy, boolean isParity, List<Piece> metadata, List<Piece> pieces) {
    /**
     * Checks the values by themselves, not against any set.
     *
     * @throws IllegalArgumentException if a number is negative, or the pieces are not by ascending position without overlap
     */
    public Leg {
        Checks.atLeast("stripe", stripe, 0);
        Checks.atLeast("copy", copy, 0);
        metadata = List.copyOf(metadata);
        pieces = List.copyOf(pieces);
        long position = 0;
        for (Piece piece : pieces) {
            if (piece.position() < position) {
                throw new IllegalArgumentException(
                        "pieces of stripe " + stripe + ", copy " + copy + ": position " + piece.position()
                                + " (expected: at least " + position + ", where the piece before ends)");
            }
            position = piece.position() + piece.length();
        }
    }

    /** The extents of its data, metadata apart; O(pieces). */
    public long length() {
        return pieces.stream().mapToLong(Piece::length).sum();
    }
}
