package dev.ashlar.arenas;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

import dev.ashlar.block.BlockLayout;
import dev.ashlar.pool.PoolEngine;
import dev.ashlar.region.Guards;
import org.jspecify.annotations.Nullable;

/** Blocks as slices of the pool's memory, and back. A slice's scope is the pool's; in a hardened pool it is one of the generations'. */
final class Segments {
    private final PoolEngine engine;
    private final MemorySegment memory;
    private final MemorySegment.Scope scope;
    private final long base;
    private final @Nullable Guards guards;

    Segments(PoolEngine engine) {
        this.engine = engine;
        memory = engine.memory();
        scope = memory.scope();
        base = memory.address();
        guards = engine.guards();
    }

    /** Whether every block is so aligned anyway. */
    static boolean isUsual(long alignment) {
        return alignment > 0 && alignment <= BlockLayout.UNIT_BYTES && (alignment & (alignment - 1)) == 0;
    }

    /** The first bytes of a block. */
    MemorySegment of(long address, long byteSize) {
        MemorySegment whole = guards == null ? memory : ofGeneration(guards, address);
        return whole.asSlice(address - base, byteSize);
    }

    private MemorySegment ofGeneration(Guards armed, long address) {
        return armed.segmentOf(address, engine.payloadBytes(address), memory);
    }

    /** The address of a segment that this pool made. */
    // The scope is this one object, as a rule; if it isn't, checkScope compares what is equal.
    @SuppressWarnings("ReferenceEquality")
    long addressOf(MemorySegment segment) {
        Objects.requireNonNull(segment, "segment");
        if (segment.scope() != scope || guards != null) {
            checkScope(segment);
        }
        return segment.address();
    }

    private void checkScope(MemorySegment segment) {
        engine.checkOpen();
        long address = segment.address();
        if (!segment.isNative()) {
            throw engine.foreignSegment(address, "an offset into an array on the Java heap");
        }
        MemorySegment.Scope found = segment.scope();
        Guards armed = guards;
        if (!found.equals(scope) && (armed == null || !armed.isOwnScope(found))) {
            throw engine.foreignSegment(address,
                    "given as a segment of a scope that is not this pool's: an arena's, a confined pin's, or of other memory");
        }
        if (armed != null) {
            // The generation stands in the guard: overwritten, it must not be taken for another one.
            engine.usableBytes(address);
            if (!ofGeneration(armed, address).scope().equals(found)) {
                throw engine.stale(address);
            }
        }
    }
}
