package dev.ashlar.space.volume;

import java.io.Serializable;
import java.util.List;

/**
 * A request that can't be placed now. The set is unchanged. The message says how many extents are missing, and for each source what is there and why that is not enough.
 */
public final class PlacementRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long neededExtents;
    private final long missingExtents;
    private final Shortfall[] shortfalls;

    PlacementRefusedException(String message, long neededExtents, long missingExtents, List<Shortfall> shortfalls) {
        super(message);
        this.neededExtents = neededExtents;
        this.missingExtents = missingExtents;
        this.shortfalls = shortfalls.toArray(Shortfall[]::new);
    }

    /** Why a source could not give more. */
    public enum Reason {
        /** New pieces may not be placed on it. */
        NOT_ALLOCATABLE,
        /** It is of a tier that the request does not name. */
        OTHER_TIER,
        /** The policy keeps to sources, domains or runs of what is continued, and it has none. */
        NOT_BESIDE,
        /** Nothing is free. */
        FULL,
        /** What is free is in runs that are too short. */
        FRAGMENTED,
        /** Less is free than a leg needs. */
        TOO_SMALL,
        /** It could carry a leg; there are not enough such sources, or not in enough domains. */
        TOO_FEW_LIKE_IT
    }

    /**
     * What one source lacks.
     *
     * @param source its name
     * @param reason why it could not give more
     * @param free the extents that are free on it
     * @param largestFree the longest run of them
     * @param missing how many more it would need to carry a leg; 0 if that is not what stands in the way
     */
    public record Shortfall(String source, Reason reason, long free, long largestFree,
            long missing) implements Serializable {}

    /** The extents that the request takes on the sources, with copies, parity and metadata. */
    public long neededExtents() {
        return neededExtents;
    }

    /** How many of them could not be placed, however one placed the others. */
    public long missingExtents() {
        return missingExtents;
    }

    /** One for each source of the set, in the order in which they were added. */
    public List<Shortfall> shortfalls() {
        return List.of(shortfalls);
    }
}
