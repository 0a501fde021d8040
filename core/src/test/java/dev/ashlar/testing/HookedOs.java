package dev.ashlar.testing;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;
import org.jspecify.annotations.Nullable;

/** Another implementation that first runs what a test wants to happen in the middle of a call: a wait, an error, a call of its own. */
public final class HookedOs implements OsMemory {
    private final OsMemory delegate;
    private volatile @Nullable Runnable beforeCommit;
    private volatile @Nullable Runnable beforePurge;

    public HookedOs(OsMemory delegate) {
        this.delegate = delegate;
    }

    /** Runs before each commit from now on. */
    public void beforeCommit(Runnable hook) {
        beforeCommit = hook;
    }

    /** Runs before each purge from now on. */
    public void beforePurge(Runnable hook) {
        beforePurge = hook;
    }

    /** Takes all hooks away. */
    public void clear() {
        beforeCommit = null;
        beforePurge = null;
    }

    @Override
    public Reservation reserve(String name, long bytes, long alignment) {
        return OsMemory.super.reserve(name, bytes, alignment);
    }

    @Override
    public MemorySegment map(Arena scope, long bytes, long alignment) {
        return delegate.map(scope, bytes, alignment);
    }

    @Override
    public void unmap(long address, long bytes) {
        delegate.unmap(address, bytes);
    }

    @Override
    public void commit(long address, long bytes) {
        run(beforeCommit);
        delegate.commit(address, bytes);
    }

    @Override
    public void release(long address, long bytes) {
        delegate.release(address, bytes);
    }

    @Override
    public void purge(long address, long bytes) {
        run(beforePurge);
        delegate.purge(address, bytes);
    }

    @Override
    public boolean adviseHugePages(long address, long bytes) {
        return delegate.adviseHugePages(address, bytes);
    }

    @Override
    public String name() {
        return delegate.name();
    }

    @Override
    public int pageSizeBytes() {
        return delegate.pageSizeBytes();
    }

    @Override
    public boolean returnsPages() {
        return delegate.returnsPages();
    }

    @Override
    public boolean zeroesOnRelease() {
        return delegate.zeroesOnRelease();
    }

    @Override
    public boolean canRescope() {
        return delegate.canRescope();
    }

    @Override
    public long residentBytes(long address, long bytes) {
        return delegate.residentBytes(address, bytes);
    }

    private static void run(@Nullable Runnable hook) {
        if (hook != null) {
            hook.run();
        }
    }
}
