package dev.ashlar.testing;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import dev.ashlar.OsException;
import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;

/**
 * Another implementation whose calls are counted, and of which chosen ones fail with {@code ENOMEM} before they reach
 * it. Closing a reservation counts as PURGE where it can be rescoped, else as UNMAP; a reservation that is dropped,
 * as UNMAP.
 */
public final class FaultyOs implements OsMemory {

    /** The kinds of calls that are counted. */
    public enum Call {
        RESERVE, COMMIT, RELEASE, PURGE, ADVISE, UNMAP
    }

    private static final int ENOMEM = 12;

    private final OsMemory delegate;

    /** Guarded by this, as is what it holds. */
    private final Map<Call, Tally> tallies = new EnumMap<>(Call.class);

    public FaultyOs(OsMemory delegate) {
        this.delegate = delegate;
    }

    /** Makes the n-th call of a kind fail, counted from 1 and from the beginning; the calls around it are served. */
    public synchronized void failNth(Call call, int n) {
        tally(call).failing.add(n);
    }

    /** Returns how many calls of a kind there were, failed ones included. */
    public synchronized int calls(Call call) {
        return tally(call).begun;
    }

    /** Waits until so many calls of a kind have ended; returns whether they have. */
    public synchronized boolean awaitCalls(Call call, int count, long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (tally(call).ended < count) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    private <T> T call(Call call, String function, long address, long bytes, String mode, Supplier<T> body) {
        begin(call, function, address, bytes, mode);
        try {
            return body.get();
        } finally {
            end(call);
        }
    }

    private void call(Call call, String function, long address, long bytes, String mode, Runnable body) {
        begin(call, function, address, bytes, mode);
        try {
            body.run();
        } finally {
            end(call);
        }
    }

    private synchronized void begin(Call call, String function, long address, long bytes, String mode) {
        Tally tally = tally(call);
        tally.begun++;
        if (tally.failing.contains(tally.begun)) {
            end(call);
            throw refusal(function, address, bytes, mode);
        }
    }

    private static OsException refusal(String function, long address, long bytes, String mode) {
        String call =
                function + "(0x" + Long.toHexString(address) + ", " + bytes + (mode.isEmpty() ? "" : ", " + mode) + ")";
        String message = call + " failed: ENOMEM (12), Cannot allocate memory";
        return new OsException(function, address, bytes, ENOMEM, message, null);
    }

    private synchronized void end(Call call) {
        tally(call).ended++;
        notifyAll();
    }

    private Tally tally(Call call) {
        return tallies.computeIfAbsent(call, _ -> new Tally());
    }

    private static final class Tally {
        int begun;
        int ended;
        final Set<Integer> failing = new HashSet<>();
    }

    // Counted here, and not in map, which is called again if the system refuses.
    @Override
    public Reservation reserve(String name, long bytes, long alignment) {
        return call(Call.RESERVE, "mmap", 0, bytes, "READ", () -> OsMemory.super.reserve(name, bytes, alignment));
    }

    @Override
    public MemorySegment map(Arena scope, long bytes, long alignment) {
        return delegate.map(scope, bytes, alignment);
    }

    @Override
    public void unmap(long address, long bytes) {
        call(Call.UNMAP, "munmap", address, bytes, "", () -> delegate.unmap(address, bytes));
    }

    @Override
    public void commit(long address, long bytes) {
        call(Call.COMMIT, "mprotect", address, bytes, "READ|WRITE", () -> delegate.commit(address, bytes));
    }

    @Override
    public void release(long address, long bytes) {
        call(Call.RELEASE, "mmap", address, bytes, "READ", () -> delegate.release(address, bytes));
    }

    @Override
    public void purge(long address, long bytes) {
        call(Call.PURGE, "madvise", address, bytes, "DONTNEED", () -> delegate.purge(address, bytes));
    }

    @Override
    public boolean adviseHugePages(long address, long bytes) {
        Supplier<Boolean> body = () -> delegate.adviseHugePages(address, bytes);
        return call(Call.ADVISE, "madvise", address, bytes, "HUGEPAGE", body);
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
