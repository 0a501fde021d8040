package dev.ashlar.pool;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

import dev.ashlar.cache.CoreCache;
import dev.ashlar.event.Leak;
import dev.ashlar.record.Sampler;
import dev.ashlar.record.Sampler.Sample;
import org.jspecify.annotations.Nullable;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

/**
 * Counts what nobody can give back any more, and says so: views that were dropped before they were closed, confined arenas whose thread ended before, and
 * budgets that were closed while blocks of them were live.
 *
 * <p>A view that costs more than a reference to open is {@linkplain #track tracked}; the worker looks which were dropped. A confined arena is not, but its
 * thread's {@link dev.ashlar.os.Hold} counts it. Nothing of this is on a path of an allocation or a free.
 *
 * <p>Thread-safe.
 */
public final class Leaks {
    /** In place of a number of blocks or bytes that nobody knows. */
    public static final long UNKNOWN = -1;

    private final String poolName;
    private final Observation observation;
    private final ReferenceQueue<Object> dropped = new ReferenceQueue<>();
    private final Set<Tracked> tracked = ConcurrentHashMap.newKeySet();
    private final LongAdder count = new LongAdder();
    private final AtomicBoolean warned = new AtomicBoolean();

    /** A view that is to be closed. */
    public static final class Tracked extends PhantomReference<Object> {
        private final Leaks leaks;
        private final Runnable whenDropped;

        private Tracked(Leaks leaks, Object view, Runnable whenDropped) {
            super(view, leaks.dropped);
            this.leaks = leaks;
            this.whenDropped = whenDropped;
        }

        /** It was closed. */
        public void closed() {
            leaks.tracked.remove(this);
            clear();
        }
    }

    Leaks(String poolName, Observation observation) {
        this.poolName = poolName;
        this.observation = observation;
    }

    /**
     * Watches a view until it is closed.
     *
     * @param view that is dropped when nothing refers to it
     * @param whenDropped run by the pool's worker if that comes first; must not refer to the view
     */
    public Tracked track(Object view, Runnable whenDropped) {
        Tracked entry = new Tracked(this, view, whenDropped);
        tracked.add(entry);
        return entry;
    }

    /** Looks which views were dropped. */
    void look() {
        // One that was closed at the last moment is not in the set.
        for (Object entry = dropped.poll(); entry != null; entry = dropped.poll()) {
            if (entry instanceof Tracked view && tracked.remove(view)) {
                view.whenDropped.run();
            }
        }
    }

    /** A thread has ended, whose cache this was: its confined arenas that are open can't be closed any more. */
    void threadEnded(CoreCache cache) {
        for (long open = cache.hold().open(); open > 0; open--) {
            found("arena", "of thread #" + cache.ownerId() + ", which has ended", UNKNOWN, UNKNOWN, null);
        }
    }

    /**
     * Counts a leak.
     *
     * @param kind of its owner
     * @param owner in words
     * @param blocks that are live, or {@link #UNKNOWN}
     * @param bytes of those
     * @param samples which are of those; null if that is not known
     */
    public void found(String kind, String owner, long blocks, long bytes, @Nullable Predicate<Sample> samples) {
        Leak.write(poolName, kind, owner, blocks, bytes, sites(samples));
        // All of a kind are one error, as a rule.
        System.getLogger("dev.ashlar")
                .log(warned.compareAndSet(false, true) ? WARNING : DEBUG,
                        () -> "pool '%s': leak: %s %s%s (expected: closed, and nothing live)".formatted(
                                poolName,
                                kind,
                                owner,
                                blocks == UNKNOWN ? "" : ", %d blocks of %d bytes".formatted(blocks, bytes)));
        // Last: whoever sees it counted finds the event.
        count.increment();
    }

    /** Where live samples were allocated, if there are any. */
    String sites(@Nullable Predicate<Sample> which) {
        Sampler sampler = observation.sampler();
        return sampler == null || which == null ? "" : sampler.sites(which);
    }

    /** How many leaks were found. */
    long count() {
        return count.sum();
    }
}
