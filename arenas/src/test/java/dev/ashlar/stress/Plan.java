package dev.ashlar.stress;

import dev.ashlar.Coalescing;
import dev.ashlar.arenas.MemoryPoolBuilder;

/** One configuration of the pool, and what must have happened in it at the end. */
enum Plan {
    /** As it comes. */
    DEFAULT,
    /** With guards and zeroed memory. */
    HARDENED,
    /** Without caches. */
    IMMEDIATE,
    /** Without the operating system's help: nothing is released, and there are no scopes. */
    PORTABLE;

    MemoryPoolBuilder applyTo(MemoryPoolBuilder builder) {
        return builder.hardened(this == HARDENED)
                .coalescing(this == IMMEDIATE ? Coalescing.IMMEDIATE : Coalescing.DEFERRED)
                .portable(this == PORTABLE);
    }

    boolean hasCaches() {
        return this != IMMEDIATE;
    }

    boolean hasScopes() {
        return this != PORTABLE;
    }
}
