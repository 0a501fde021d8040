package dev.ashlar;

/**
 * Memory that belongs to the allocator, or that nobody owned, was overwritten: a header, a free list's link, the guard behind a
 * block. Found before anything was done on the strength of it.
 *
 * <p>The heap that throws it is fenced from then on: it serves no request, so that damage does not spread, until it has
 * been validated as a whole and found sound.
 */
public final class HeapCorruptionException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final long address;

    /**
     * Describes damage.
     *
     * @param address of the block concerned, absolute; 0 where it is about no single block
     * @param message what was found and what was expected
     */
    public HeapCorruptionException(long address, String message) {
        super(message);
        this.address = address;
    }

    /** A request was refused because the heap is fenced since {@code cause}. */
    public HeapCorruptionException(String message, HeapCorruptionException cause) {
        super(message, cause);
        this.address = cause.address;
    }

    /** The block concerned, or 0. */
    public long address() {
        return address;
    }
}
