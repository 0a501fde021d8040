package dev.ashlar.pool;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

import dev.ashlar.event.PressureCallback;
import dev.ashlar.lock.LockRank;

import static java.lang.System.Logger.Level.WARNING;

/**
 * What is asked to free memory before a request fails, the highest priority first, on the thread that requests and with no lock held.
 *
 * <p>A callback may allocate. If that fails it fails at once: callbacks are not called from callbacks. Thread-safe.
 */
final class PressureCallbacks {
    private static final Comparator<Entry> HIGHEST_FIRST =
            Comparator.comparingInt((Entry entry) -> entry.priority).reversed();

    private final String poolName;
    private final CopyOnWriteArrayList<Entry> entries = new CopyOnWriteArrayList<>();
    private final ThreadLocal<Boolean> calling = ThreadLocal.withInitial(() -> false);
    private final LongAdder calls = new LongAdder();
    private final LongAdder failures = new LongAdder();

    private record Entry(int priority, LongConsumer callback) {}

    PressureCallbacks(String poolName) {
        this.poolName = poolName;
    }

    /** Registers a callback; the result takes it out again. */
    @SuppressWarnings("ReferenceEquality") // This registration, and not another of the same callback.
    Runnable add(int priority, LongConsumer callback) {
        Entry entry = new Entry(priority, callback);
        synchronized (entries) {
            List<Entry> before = List.copyOf(entries);
            int index = 0;
            while (index < before.size() && HIGHEST_FIRST.compare(before.get(index), entry) <= 0) {
                index++;
            }
            entries.add(index, entry);
        }
        return () -> entries.removeIf(other -> other == entry);
    }

    /**
     * Calls one after the other until there is enough.
     *
     * @param bytes that are needed
     * @param enough asked after each; not asked if there is no callback, or this thread is in one
     * @return whether there is enough
     */
    boolean call(long bytes, BooleanSupplier enough) {
        if (entries.isEmpty() || calling.get()) {
            return false;
        }
        calling.set(true);
        try {
            for (Entry entry : entries) {
                callOne(entry, bytes);
                if (enough.getAsBoolean()) {
                    return true;
                }
            }
            return false;
        } finally {
            calling.remove();
        }
    }

    private void callOne(Entry entry, long bytes) {
        assert LockRank.DEFRAGMENTATION.mayEnter(); // No lock of a pool is held.
        calls.increment();
        PressureCallback event = PressureCallback.begun();
        boolean failed = true;
        try {
            call(entry.callback, bytes);
            failed = false;
        } catch (RuntimeException e) {
            failures.increment();
            System.getLogger("dev.ashlar")
                    .log(WARNING, "pool '" + poolName + "': a pressure callback failed; the request goes on", e);
        } finally {
            if (event != null) {
                event.write(poolName, entry.priority, bytes, failed);
            }
        }
    }

    /** A spiller's block may be locked that is on its way back; what the callback does with other blocks is its own. */
    private static void call(LongConsumer callback, long bytes) {
        assert LockRank.setAside();
        try {
            callback.accept(bytes);
        } finally {
            assert LockRank.takeUp();
        }
    }

    long calls() {
        return calls.sum();
    }

    long failures() {
        return failures.sum();
    }
}
