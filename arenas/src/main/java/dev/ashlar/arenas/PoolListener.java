package dev.ashlar.arenas;

/**
 * Is told of each pool that is built in this process; found once, by {@link java.util.ServiceLoader}. What makes pools reachable from outside the process
 * is one.
 */
public interface PoolListener {
    /**
     * A pool is open. Called by the thread that builds it; what is thrown is logged, and the pool is built all the same. A listener holds no pool strongly: it may be
     * dropped without having been closed.
     */
    void opened(MemoryPool pool);
}
