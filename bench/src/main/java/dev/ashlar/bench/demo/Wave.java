package dev.ashlar.bench.demo;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

import dev.ashlar.PoolExhaustedException;
import dev.ashlar.arenas.MemoryPool;

/**
 * Many blocks of all sizes, of which most are freed again in no order: what is left stands in the way of larger ones until the wave after the next. Small ones
 * are handed over, to be freed by whoever comes next.
 */
final class Wave implements Part {
    private static final int KEPT_ONE_IN = 6;
    private static final int HANDED_BYTES = 1024;
    private static final int MAX_HANDED = 4096;
    private static final int LEAST_SHIFT = 5;
    private static final int MAX_SHIFT = 16;

    private final MemoryPool pool;
    private final long waveBytes;
    private final Handover handover;
    private final DemoCounters counters;
    private List<Block> kept = new ArrayList<>();

    /** A block and the number that is in it. */
    record Block(MemorySegment segment, long number) {
        void free(MemoryPool pool) {
            Stamp.check(segment, number);
            pool.free(segment);
        }
    }

    /** What workers free for each other: bounded, so that nothing piles up. */
    record Handover(Queue<Block> blocks, AtomicInteger size) {
        boolean offer(Block block) {
            if (size.incrementAndGet() > MAX_HANDED) {
                size.decrementAndGet();
                return false;
            }
            return blocks.offer(block);
        }

        void freeAll(MemoryPool pool) {
            for (Block next = blocks.poll(); next != null; next = blocks.poll()) {
                size.decrementAndGet();
                next.free(pool);
            }
        }
    }

    Wave(MemoryPool pool, long waveBytes, Handover handover, DemoCounters counters) {
        this.pool = pool;
        this.waveBytes = waveBytes;
        this.handover = handover;
        this.counters = counters;
    }

    @Override
    public void step(SplittableRandom random) {
        handover.freeAll(pool);
        List<Block> wave = new ArrayList<>();
        try {
            rise(random, wave);
            fall(random, wave);
            counters.waves.increment();
        } catch (PoolExhaustedException e) {
            // Else what was kept would stand in the way of every wave that is to free it.
            freeKept();
            throw e;
        } finally {
            // Also if there was no room for all: whatever is left is the next one's.
            kept.addAll(wave);
        }
    }

    private void rise(SplittableRandom random, List<Block> wave) {
        long bytes = 0;
        while (bytes < waveBytes) {
            int byteSize = (1 << random.nextInt(LEAST_SHIFT, MAX_SHIFT)) + random.nextInt(1 << LEAST_SHIFT);
            long number = random.nextLong();
            wave.add(new Block(Stamp.write(pool.allocate(byteSize, 1), number), number));
            bytes += byteSize;
        }
    }

    /** Frees what the wave before left, and most of this one. */
    private void fall(SplittableRandom random, List<Block> wave) {
        freeKept();
        for (int i = wave.size() - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            Block swapped = wave.set(i, wave.get(other));
            wave.set(other, swapped);
        }
        int left = wave.size() / KEPT_ONE_IN;
        while (wave.size() > left) {
            Block block = wave.removeLast();
            if (block.segment.byteSize() > HANDED_BYTES || !handover.offer(block)) {
                block.free(pool);
            }
        }
    }

    private void freeKept() {
        List<Block> old = kept;
        kept = new ArrayList<>();
        old.forEach(block -> block.free(pool));
    }

    @Override
    public void end() {
        freeKept();
        handover.freeAll(pool);
    }
}
