package dev.ashlar.map;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.MovableHandle;

/** Random operations of one thread, as an engine might do them: cells, blocks, spans and movable blocks; and what is held. */
public final class Engine {
    private final MemoryPool pool;
    private final SplittableRandom random;
    private final List<Long> blocks = new ArrayList<>();
    private final List<MovableHandle> movables = new ArrayList<>();

    /** One that holds nothing. */
    public Engine(MemoryPool pool, long seed) {
        this.pool = pool;
        random = new SplittableRandom(seed);
    }

    /** Does so many operations; requests for which there is no room hand nothing out. */
    public void run(int operations) {
        for (int i = 0; i < operations; i++) {
            int kind = random.nextInt(100);
            if (kind < 44 && !blocks.isEmpty()) {
                pool.freeAddress(blocks.remove(random.nextInt(blocks.size())));
            } else if (kind < 48 && !movables.isEmpty()) {
                movables.remove(random.nextInt(movables.size())).free();
            } else if (kind < 52) {
                movables.add(pool.allocateMovable(random.nextInt(30_000)));
            } else {
                allocate(kind);
            }
        }
    }

    private void allocate(int kind) {
        long size = kind < 90 ? random.nextInt(3_000)
                : kind < 98 ? random.nextInt(100_000) : random.nextLong(2 * pool.regionSize());
        long address = pool.tryAllocateAddress(size, 16);
        if (address != 0) {
            blocks.add(address);
        }
    }

    /** Frees each of the held blocks with a chance of so many percent. */
    public void free(int percent) {
        for (int i = blocks.size() - 1; i >= 0; i--) {
            if (random.nextInt(100) < percent) {
                pool.freeAddress(blocks.remove(i));
            }
        }
    }
}
