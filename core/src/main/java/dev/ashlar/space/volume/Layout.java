package dev.ashlar.space.volume;

import java.util.List;
import java.util.stream.Stream;

/**
 * Where something lies: legs, and their pieces. A plain value, to be kept by callers and given to {@link VolumeSet#restore}.
 *
 * <p>Data is dealt out to the stripes evenly; the copies of a stripe, and the parity devices, have the same length. The legs are ordered by copy,
 * then by stripe; the parity devices come last.
 *
 * @param stripes how many legs each copy is dealt out to
 * @param copies how many legs hold the same data
 * @param parity how many legs hold parity
 * @param legs {@code stripes * copies + parity} of them
 */
public record Layout(int stripes, int copies, int parity, List<Leg> legs) {
    /**
     * Checks that the legs are those that the numbers say, in order.
     *
     * @throws IllegalArgumentException if they are not
     */
    public Layout {
        Checks.inRange("stripes", stripes, 1, VolumeRequest.MAX_LEGS);
        Checks.inRange("copies", copies, 1, VolumeRequest.MAX_LEGS);
        Checks.inRange("parity", parity, 0, 2);
        legs = List.copyOf(legs);
        if (legs.size() != stripes * copies + parity) {
            throw new IllegalArgumentException("legs: " + legs.size() + " (expected: " + (stripes * copies + parity)
                    + ", for " + stripes + " stripes, " + copies + " copies, "
                    + parity + " parity)");
        }
        for (int i = 0; i < legs.size(); i++) {
            Leg leg = legs.get(i);
            if (leg.stripe() != stripeOf(i, stripes, copies) || leg.copy() != copyOf(i, stripes, copies)
                    || leg.isParity() != (i >= stripes * copies)) {
                throw new IllegalArgumentException("leg " + i + ": stripe " + leg.stripe() + ", copy " + leg.copy()
                        + ", parity " + leg.isParity() + " (expected: stripe "
                        + stripeOf(i, stripes, copies) + ", copy " + copyOf(i, stripes, copies) + ", parity "
                        + (i >= stripes * copies) + ")");
            }
        }
    }

    /** The stripe's number of the leg at {@code index}. */
    static int stripeOf(int index, int stripes, int copies) {
        return index < stripes * copies ? index % stripes : stripes + index - stripes * copies;
    }

    /** The copy's number of the leg at {@code index}. */
    static int copyOf(int index, int stripes, int copies) {
        return index < stripes * copies ? index / stripes : 0;
    }

    /**
     * The leg of a stripe and a copy.
     *
     * @throws IndexOutOfBoundsException if there is no such stripe or copy
     */
    public Leg leg(int stripe, int copy) {
        if (stripe < 0 || stripe >= stripes || copy < 0 || copy >= copies) {
            throw new IndexOutOfBoundsException(
                    "leg: stripe " + stripe + ", copy " + copy + " (expected: below " + stripes + " and " + copies
                            + ")");
        }
        return legs.get(copy * stripes + stripe);
    }

    /** The extents of data that it holds, counted once, without copies, parity and metadata. */
    public long extents() {
        return legs.stream().limit(stripes).mapToLong(Leg::length).sum();
    }

    /** The extents that it takes on the sources, all in all. */
    public long extentsTaken() {
        return pieces().mapToLong(Piece::length).sum();
    }

    /** All pieces, leg by leg, a leg's metadata first. */
    public Stream<Piece> pieces() {
        return legs.stream().flatMap(leg -> Stream.concat(leg.metadata().stream(), leg.pieces().stream()));
    }
}
