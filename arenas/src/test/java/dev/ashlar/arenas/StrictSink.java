package dev.ashlar.arenas;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import dev.ashlar.record.EventSink;

/**
 * A recording's events as they come, checked against each other by address: a block that is handed out must not be live, one that is resized goes where none is.
 * So a free that was lost, or an order that can't have been, is found.
 */
final class StrictSink implements EventSink {
    private final Map<Long, Long> live = new HashMap<>();
    private final List<String> faults = new ArrayList<>();
    private final CountDownLatch first = new CountDownLatch(1);
    private long allocations;
    private long frees;
    private boolean closed;

    @Override
    public boolean allocated(long thread, long address, long byteSize, long alignment) {
        allocations++;
        check(address % alignment == 0, "0x%x is not aligned to %d", address, alignment);
        check(live.put(address, byteSize) == null, "0x%x is handed out, and live", address, 0);
        first.countDown();
        return true;
    }

    @Override
    public boolean freed(long thread, long address) {
        boolean known = live.remove(address) != null;
        frees += known ? 1 : 0;
        return known;
    }

    @Override
    public boolean resized(long thread, long address, long moved, long byteSize) {
        boolean known = live.remove(address) != null;
        if (known || address != moved) {
            allocations += known ? 0 : 1;
            check(live.put(moved, byteSize) == null, "0x%x is resized to where 0x%x is live", address, moved);
        }
        return known || address != moved;
    }

    private void check(boolean condition, String otherwise, long a, long b) {
        if (!condition && faults.size() < 5) {
            faults.add(otherwise.formatted(a, b));
        }
    }

    /** Returns when the first allocation has come. */
    void awaitFirst() throws InterruptedException {
        first.await();
    }

    // After the end of the recording.

    List<String> faults() {
        return faults;
    }

    Map<Long, Long> live() {
        return live;
    }

    long allocations() {
        return allocations;
    }

    long frees() {
        return frees;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public long bytes() {
        return 0;
    }

    @Override
    public boolean isFull() {
        return false;
    }

    @Override
    public void abandon() {
        faults.add("abandoned");
    }

    @Override
    public void close() {
        closed = true;
    }
}
