package dev.ashlar.os;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts scopes that use a reservation and that nothing refers to it by: while one is open, the range stays mapped, and its pages stay.
 *
 * <p>A cleanup action in each scope would say the same, and costs more than all the rest of a small one. The price is another: a scope
 * that is never closed holds the range for good, as a confined arena of Java's own does with its memory.
 *
 * <p>{@link #enter} and {@link #exit} are for one thread, its owner; the others for any. Who opens a scope enters, and looks only then whether
 * the reservation is closed; who closes that marks it so, makes all threads pass a handshake (the end of a shared scope is one), and looks
 * here only then. So one of the two sees the other, without an atomic operation: an asymmetric Dekker handshake.
 */
public final class Hold {
    private static final VarHandle OPEN;

    static {
        try {
            OPEN = MethodHandles.lookup().findVarHandle(Hold.class, "open", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long open;

    Hold() {}

    /** A scope opens. */
    public void enter() {
        OPEN.setOpaque(this, open + 1);
        // Keeps the compiler from reading what follows before; the processor is kept by the handshake.
        VarHandle.loadLoadFence();
    }

    /** A scope has ended. */
    public void exit() {
        OPEN.setRelease(this, open - 1);
    }

    /** The same from any thread. */
    public void enterShared() {
        OPEN.getAndAdd(this, 1L);
    }

    /** The same from any thread. */
    public void exitShared() {
        OPEN.getAndAdd(this, -1L);
    }

    /** How many scopes are open. */
    public long open() {
        return (long) OPEN.getAcquire(this);
    }
}
