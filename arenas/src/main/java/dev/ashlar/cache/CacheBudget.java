package dev.ashlar.cache;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes caches may hold: each of them, and all of a pool. Limits are granted before they are used, so what caches hold is
 * bounded at every moment. Thread-safe; asked only when a limit grows.
 */
public final class CacheBudget {
    private final AtomicLong granted = new AtomicLong();
    private volatile long cacheBytes;
    private volatile long poolBytes;

    /**
     * A budget.
     *
     * @param cacheBytes that one cache may hold
     * @param poolBytes that all may hold
     */
    public CacheBudget(long cacheBytes, long poolBytes) {
        this.cacheBytes = cacheBytes;
        this.poolBytes = poolBytes;
    }

    /** The most that one cache may hold. */
    public long cacheBytes() {
        return cacheBytes;
    }

    /** The most that all may hold. */
    public long poolBytes() {
        return poolBytes;
    }

    /** What all may hold by the limits they have now. */
    public long grantedBytes() {
        return granted.get();
    }

    /** Changes the limits; caches that have more keep it until they shrink. */
    public void limit(long newCacheBytes, long newPoolBytes) {
        cacheBytes = newCacheBytes;
        poolBytes = newPoolBytes;
    }

    /** Grants more to a cache that has so much; false if it, or the pool, would have too much. */
    boolean grant(long cacheHas, long bytes) {
        if (cacheHas + bytes > cacheBytes) {
            return false;
        }
        if (granted.addAndGet(bytes) > poolBytes) {
            granted.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void giveBack(long bytes) {
        granted.addAndGet(-bytes);
    }
}
