package dev.ashlar.arenas;

import dev.ashlar.pool.PoolEngine;
import org.jspecify.annotations.Nullable;

/** Frees the blocks of scopes that end. */
final class ScopeBlocks {
    private ScopeBlocks() {}

    /** Frees a block of a scope, unless the pool is closed: then its pages go when the last scope has ended. */
    static void free(PoolEngine engine, long block) {
        try {
            engine.freeSlowly(block, PoolEngine.SCOPES);
        } catch (IllegalStateException e) {
            if (!engine.isClosed()) {
                throw e;
            }
        }
    }

    /**
     * The same for one of many: that it can't be freed must not keep the others.
     *
     * @param failure of those before, or null
     * @return the first failure, or null
     */
    static @Nullable RuntimeException free(PoolEngine engine, long block, @Nullable RuntimeException failure) {
        try {
            free(engine, block);
            return failure;
        } catch (IllegalStateException | IllegalArgumentException e) {
            return failure == null ? e : failure;
        }
    }

    /** Says what was met, if anything was, when all others are freed. */
    static void check(@Nullable RuntimeException failure) {
        if (failure != null) {
            throw failure;
        }
    }
}
