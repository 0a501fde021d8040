package dev.ashlar.bench.demo;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;

import dev.ashlar.arenas.Contents;
import dev.ashlar.arenas.MemoryPool;

/** Sorted runs in a scope, and their merge. */
final class Sort implements Part {
    private static final int MAX_RUNS = 12;

    private final MemoryPool pool;
    private final int maxRunLength;
    private final DemoCounters counters;

    Sort(MemoryPool pool, int maxRunLength, DemoCounters counters) {
        this.pool = pool;
        this.maxRunLength = Math.max(16, maxRunLength);
        this.counters = counters;
    }

    @Override
    public void step(SplittableRandom random) {
        try (Arena scope = pool.openArena(Contents.UNSPECIFIED)) {
            MemorySegment[] runs = new MemorySegment[random.nextInt(2, MAX_RUNS)];
            long length = 0;
            for (int i = 0; i < runs.length; i++) {
                long[] run = random.longs(random.nextInt(1, maxRunLength)).toArray();
                Arrays.sort(run);
                runs[i] = scope.allocateFrom(ValueLayout.JAVA_LONG, run);
                length += run.length;
            }
            merge(runs, scope.allocate(length * Long.BYTES, Long.BYTES));
            counters.sorts.increment();
            counters.rows.add(length);
        }
    }

    private static void merge(MemorySegment[] runs, MemorySegment merged) {
        long[] heads = new long[runs.length];
        long last = Long.MIN_VALUE;
        for (long at = 0; at < merged.byteSize(); at += Long.BYTES) {
            int least = -1;
            long value = Long.MAX_VALUE;
            for (int i = 0; i < runs.length; i++) {
                if (heads[i] < runs[i].byteSize()) {
                    long head = runs[i].get(ValueLayout.JAVA_LONG, heads[i]);
                    if (least < 0 || head < value) {
                        least = i;
                        value = head;
                    }
                }
            }
            if (least < 0 || value < last) {
                throw new IllegalStateException("merge: " + value + " behind " + last + " (expected: no less)");
            }
            heads[least] += Long.BYTES;
            merged.set(ValueLayout.JAVA_LONG, at, value);
            last = value;
        }
    }

    @Override
    public void end() {}
}
