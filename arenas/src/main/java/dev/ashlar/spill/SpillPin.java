package dev.ashlar.spill;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/** Keeps a {@link Spillable} in memory until it is closed. A block may have many, of any threads. */
public final class SpillPin implements AutoCloseable {
    private final Spillable block;
    private final MemorySegment segment;
    private final AtomicBoolean closed = new AtomicBoolean();

    SpillPin(Spillable block, MemorySegment segment) {
        this.block = block;
        this.segment = segment;
    }

    /** The block. Nothing prevents the use of it after the pin is closed: it then reads and writes what is there, which may be another block. */
    public MemorySegment segment() {
        return segment;
    }

    /** Ends the pin. Closing again does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            block.unpin();
        }
    }
}
