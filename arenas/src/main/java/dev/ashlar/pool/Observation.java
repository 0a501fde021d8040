package dev.ashlar.pool;

import dev.ashlar.cache.CacheTable;
import dev.ashlar.lock.LockRank;
import dev.ashlar.record.Observers;
import dev.ashlar.record.Recorder;
import dev.ashlar.record.Sampler;
import org.jspecify.annotations.Nullable;

/**
 * Who observes the blocks of a pool now.
 *
 * <p>No hot path looks for observers. While there are some, caches hand out nothing there, so allocations come to where observers are looked for; a cell that
 * one of them wants to see again has a mark in its header in place of the pool's number or the scopes', so that its free comes there, too, even after the end.
 * So a free is observed exactly if its allocation was: no handshake with other threads is needed at either end. What was live before has no mark, and
 * is freed as always.
 */
final class Observation {
    private final CacheTable caches;

    /** The caches are diverted exactly while there are some. */
    private volatile @Nullable Observers now;

    Observation(CacheTable caches) {
        this.caches = caches;
    }

    /** The observers of this moment, or null. */
    @Nullable
    Observers observers() {
        return now;
    }

    @Nullable
    Recorder recorder() {
        Observers current = now;
        return current == null ? null : current.recorder();
    }

    @Nullable
    Sampler sampler() {
        Observers current = now;
        return current == null ? null : current.sampler();
    }

    synchronized void recorder(@Nullable Recorder recorder) {
        set(recorder, sampler());
    }

    synchronized void sampler(@Nullable Sampler sampler) {
        set(recorder(), sampler);
    }

    private synchronized void set(@Nullable Recorder recorder, @Nullable Sampler sampler) {
        assert LockRank.OBSERVATION.enter();
        try {
            now = recorder == null && sampler == null ? null : new Observers(recorder, sampler);
            caches.divert(now != null);
        } finally {
            assert LockRank.OBSERVATION.leave();
        }
    }
}
