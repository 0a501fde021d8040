package dev.ashlar.bench.replay;

import java.util.List;
import java.util.Optional;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.MemoryPoolBuilder;

/** The concurrent pool; which of its paths takes and frees blocks is for subclasses to say. */
abstract class PoolAllocator implements ReplayAllocator {
    private final MemoryPool pool;

    PoolAllocator(MemoryPool pool) {
        this.pool = pool;
    }

    static MemoryPool newPool(ReplayTask task) {
        MemoryPoolBuilder builder = MemoryPool.builder()
                .name("replay")
                .capacity(task.capacityBytes())
                .policy(task.policy())
                .favour(task.favour())
                .coalescing(task.coalescing());
        if (task.regionBytes() != ReplayOptions.DEFAULT_REGION_BYTES) {
            builder.regionSize(task.regionBytes());
        }
        return builder.build();
    }

    final MemoryPool pool() {
        return pool;
    }

    @Override
    public final Optional<HeapFigures> figures() {
        return Optional.of(HeapFigures.of(pool.statistics().memory()));
    }

    @Override
    public final List<String> policySwitches() {
        return ReplayAllocator.inWords(pool.adaptation());
    }

    @Override
    public final void validate() {
        pool.validateQuiet();
    }

    @Override
    public final void validateBusy() {
        pool.validate();
    }

    @Override
    public final void audit(LiveBlockModel expected) {
        HeapAudit.of(pool, expected).run();
    }

    @Override
    public void close() {
        pool.close();
    }
}
