package dev.ashlar.pool;

/** Whom a block belongs to that is not the pool's own: a budget, or the scopes. Known in headers by its number. */
public interface BlockOwner {
    /** Whether the pool's own free may free its blocks, on its account. */
    boolean poolMayFree();

    /**
     * Allocates for it, to move a block of it there: observers are told of the move alone.
     *
     * @throws dev.ashlar.PoolExhaustedException if it may not have so much, or there is no room
     */
    long allocate(long byteSize, long alignment);

    /** A block of it is freed: so many usable bytes are no longer its. */
    void freed(long usableBytes);

    /** How many blocks it has; 0 for owners that have one number together. */
    long liveBlocks();

    /** Usable bytes of those. */
    long liveBytes();

    /** As messages name it, like {@code budget 'sort'}. */
    String describe();
}
