package dev.ashlar.arenas;

import dev.ashlar.pool.PoolEngine;

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
}
