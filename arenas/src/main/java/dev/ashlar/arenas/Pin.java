package dev.ashlar.arenas;

import java.lang.foreign.MemorySegment;

/**
 * Keeps a movable block where it is until it is closed. A block may be pinned any number of times at once, by any threads; it may move again when all
 * its pins are closed.
 *
 * <p>What becomes of a {@link #segment} that is kept beyond the pin depends on how it was pinned: see {@link MovableHandle#pin} and {@link
 * MovableHandle#pinConfined}.
 */
public sealed interface Pin extends AutoCloseable permits PoolPin, ConfinedPin {
    /** The block: exactly as many bytes as were asked for, aligned to 16. */
    MemorySegment segment();

    /** Where the block is: the segment's address. */
    default long address() {
        return segment().address();
    }

    /** Ends the pin. Closing again does nothing; nor does closing after the pool was closed, which ended all pins. */
    @Override
    void close();
}
