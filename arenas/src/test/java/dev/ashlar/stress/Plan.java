package dev.ashlar.stress;

import java.util.function.UnaryOperator;

import dev.ashlar.Coalescing;
import dev.ashlar.arenas.MemoryPoolBuilder;

/** One configuration of the pool, and what must have happened in it at the end. */
enum Plan {
    /** As it comes. */
    DEFAULT(builder -> builder),
    /** With guards and zeroed memory. */
    HARDENED(builder -> builder.hardened(true)),
    /** Without caches. */
    IMMEDIATE(builder -> builder.coalescing(Coalescing.IMMEDIATE)),
    /** Without the operating system's help: nothing is released, and there are no scopes. */
    PORTABLE(builder -> builder.portable(true));

    private final UnaryOperator<MemoryPoolBuilder> settings;

    Plan(UnaryOperator<MemoryPoolBuilder> settings) {
        this.settings = settings;
    }

    MemoryPoolBuilder applyTo(MemoryPoolBuilder builder) {
        return settings.apply(builder);
    }

    boolean hasCaches() {
        return this != IMMEDIATE;
    }

    boolean hasScopes() {
        return this != PORTABLE;
    }
}
