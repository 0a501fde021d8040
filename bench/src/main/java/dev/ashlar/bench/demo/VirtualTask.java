package dev.ashlar.bench.demo;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.ashlar.arenas.MemoryPool;

/** What a virtual thread does in turn: a few blocks in a scope, and a few of the pool itself. */
final class VirtualTask {
    private static final int MAX_BLOCKS = 40;
    private static final int MAX_BYTES = 2000;

    private final MemoryPool pool;

    VirtualTask(MemoryPool pool) {
        this.pool = pool;
    }

    void run(SplittableRandom random) {
        List<MemorySegment> blocks = new ArrayList<>();
        try (Arena scope = pool.openArena()) {
            int count = random.nextInt(1, MAX_BLOCKS);
            for (int i = 0; i < count; i++) {
                MemorySegment own = pool.allocate(random.nextInt(Stamp.LEAST_BYTES, MAX_BYTES), 1);
                blocks.add(Stamp.write(own, i));
                Stamp.check(Stamp.write(scope.allocate(random.nextInt(Stamp.LEAST_BYTES, MAX_BYTES)), i), i);
            }
            for (int i = 0; i < count; i++) {
                Stamp.check(blocks.get(i), i);
            }
        } finally {
            blocks.forEach(pool::free);
        }
    }
}
