package dev.ashlar.space;

/**
 * A request that a space can't serve now. The space is unchanged; a smaller request, or the same one after something was freed, may
 * succeed.
 */
public final class SpaceExhaustedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long requestedLength;
    private final long alignment;
    private final long freeLength;
    private final long largestFree;

    /**
     * Describes a failed request.
     *
     * @param message what was asked for and what there is
     * @param requestedLength of the request
     * @param alignment of the request
     * @param freeLength what is free in sum, with what the space may still grow by
     * @param largestFree what is free in one piece, with what the space may still grow by
     */
    public SpaceExhaustedException(
            String message, long requestedLength, long alignment, long freeLength, long largestFree) {
        super(message);
        this.requestedLength = requestedLength;
        this.alignment = alignment;
        this.freeLength = freeLength;
        this.largestFree = largestFree;
    }

    static SpaceExhaustedException of(
            String name, SpacePolicy policy, long length, long alignment, long freeLength, long largestFree) {
        return new SpaceExhaustedException(
                name + ": no room for " + length + (alignment == 1 ? "" : " aligned to " + alignment) + " by " + policy
                        + ": "
                        + freeLength + " free, " + largestFree + " in one piece",
                length, alignment, freeLength, largestFree);
    }

    /** The length that was asked for. */
    public long requestedLength() {
        return requestedLength;
    }

    /** The alignment that was asked for; 1 if none. */
    public long alignment() {
        return alignment;
    }

    /** What was free in sum, with what the space might have grown by. */
    public long freeLength() {
        return freeLength;
    }

    /** What was free in one piece, with what the space might have grown by. */
    public long largestFree() {
        return largestFree;
    }
}
