package dev.ashlar.testing;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;

/**
 * Another implementation whose reservations begin at multiples of 64 MiB: where an aligned block lies in a heap then
 * depends on the operations alone, and a seed gives the same run wherever the system maps it.
 */
public final class AlignedOs implements OsMemory {
    private static final long ALIGNMENT = 64L << 20;

    private final OsMemory delegate;

    public AlignedOs(OsMemory delegate) {
        this.delegate = delegate;
    }

    @Override
    public Reservation reserve(String name, long bytes, long alignment) {
        return delegate.reserve(name, bytes, Math.max(alignment, ALIGNMENT));
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
        delegate.commit(address, bytes);
    }

    @Override
    public void release(long address, long bytes) {
        delegate.release(address, bytes);
    }

    @Override
    public void purge(long address, long bytes) {
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
}
