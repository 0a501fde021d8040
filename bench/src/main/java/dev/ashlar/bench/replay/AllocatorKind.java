package dev.ashlar.bench.replay;

import java.util.BitSet;
import java.util.List;
import java.util.Locale;

import dev.ashlar.Coalescing;

/** The allocators that a replay compares. */
public enum AllocatorKind {
    /** Ashlar's concurrent pool, by address. */
    ASHLAR,

    /** The same pool through a confined view for each thread. */
    ASHLAR_CONFINED,

    /** The same pool by segment. */
    ASHLAR_SEGMENT,

    /** Ashlar's heap for one owner, by address. */
    HEAP,

    /** The C library's {@code malloc}, through critical downcalls. */
    MALLOC,

    /**
     * A plain {@link java.lang.foreign.Arena} for each block: confined, but in a parallel replay shared for a block that goes from one thread to
     * another.
     */
    ARENA;

    /** What is compared unless the user says otherwise. */
    public static final List<AllocatorKind> DEFAULTS = List.of(ASHLAR, MALLOC, ARENA);

    /**
     * The name in tables, in JSON and on the command line.
     *
     * @return such as {@code ashlar} or {@code ashlar-confined}
     */
    public String displayName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Whether it is one of Ashlar's, which take policy, coalescing, capacity and region size.
     *
     * @return true but for malloc and arena
     */
    public boolean isAshlar() {
        return isPool() || this == HEAP;
    }

    /**
     * Whether several threads may use it, as a parallel replay does.
     *
     * @return true but for the heap
     */
    public boolean isForManyThreads() {
        return this != HEAP;
    }

    boolean isPool() {
        return this == ASHLAR || this == ASHLAR_CONFINED || this == ASHLAR_SEGMENT;
    }

    /** What the builder of a pool, or of a heap, sets by itself. */
    Coalescing defaultCoalescing() {
        return this == HEAP ? Coalescing.IMMEDIATE : Coalescing.DEFERRED;
    }

    /** A new allocator for a replay by one thread. */
    ReplayAllocator open(ReplayTask task, int blockCount) {
        return open(task, blockCount, new BitSet());
    }

    /**
     * A new allocator. In a child, no class of the other kinds is ever loaded.
     *
     * @param handedOver ids of the blocks that more than one thread sees
     */
    ReplayAllocator open(ReplayTask task, int blockCount, BitSet handedOver) {
        return switch (this) {
            case ASHLAR -> new AshlarAllocator(task);
            case ASHLAR_CONFINED -> new ConfinedAllocator(task);
            case ASHLAR_SEGMENT -> new SegmentsAllocator(task, blockCount);
            case HEAP -> new HeapAllocator(task);
            case MALLOC -> new MallocAllocator();
            case ARENA -> new ArenaAllocator(blockCount, handedOver);
        };
    }
}
