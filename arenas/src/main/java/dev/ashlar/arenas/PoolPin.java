package dev.ashlar.arenas;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A pin whose segment is in the pool's scope. */
final class PoolPin implements Pin {
    private static final VarHandle CLOSED;

    static {
        try {
            CLOSED = MethodHandles.lookup().findVarHandle(PoolPin.class, "closed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MovableBlocks blocks;
    private final long handle;
    private final MemorySegment segment;

    @SuppressWarnings("UnusedVariable") // Written through CLOSED.
    private boolean closed;

    PoolPin(MovableBlocks blocks, long handle, MemorySegment segment) {
        this.blocks = blocks;
        this.handle = handle;
        this.segment = segment;
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public void close() {
        // Once only, also from two threads: the second would take another's pin back.
        if (!(boolean) CLOSED.getAndSet(this, true)) {
            blocks.unpinIfOpen(handle);
        }
    }
}
