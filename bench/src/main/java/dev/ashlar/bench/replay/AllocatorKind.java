package dev.ashlar.bench.replay;

import java.util.Locale;

/** The allocators that a replay compares. */
public enum AllocatorKind {
    /** An Ashlar heap, by address. */
    ASHLAR,

    /** The C library's {@code malloc}, through critical downcalls. */
    MALLOC,

    /** A plain confined {@link java.lang.foreign.Arena} for each block. */
    ARENA;

    /**
     * The name in tables, in JSON and on the command line.
     *
     * @return {@code ashlar}, {@code malloc} or {@code arena}
     */
    public String displayName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** A new allocator. In a child, no class of the other kinds is ever loaded. */
    ReplayAllocator open(ReplayTask task, int blockCount) {
        return switch (this) {
            case ASHLAR -> new AshlarAllocator(task);
            case MALLOC -> new MallocAllocator();
            case ARENA -> new ArenaAllocator(blockCount);
        };
    }
}
