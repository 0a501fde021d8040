package dev.ashlar.bench.demo;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.MemoryPool;

/** Closes budgets while blocks of them are live, which is a leak until the end: then they are freed after all. */
final class Forgetful implements Part {
    private static final int MAX_BUDGETS = 8;
    private static final int BLOCKS = 20;
    private static final int BLOCK_BYTES = 1000;

    private final MemoryPool pool;
    private final DemoCounters counters;
    private final List<Forgotten> forgotten = new ArrayList<>();

    private record Forgotten(Budget budget, MemorySegment block, long number) {}

    Forgetful(MemoryPool pool, DemoCounters counters) {
        this.pool = pool;
        this.counters = counters;
    }

    @Override
    public void step(SplittableRandom random) {
        if (forgotten.size() >= MAX_BUDGETS * BLOCKS) {
            return;
        }
        try (Budget budget = pool.openBudget("forgotten", Long.MAX_VALUE)) {
            for (int i = 0; i < BLOCKS; i++) {
                long number = random.nextLong();
                forgotten.add(new Forgotten(budget, Stamp.write(budget.allocate(BLOCK_BYTES), number), number));
            }
            counters.leaks.increment();
        }
    }

    @Override
    public void end() {
        for (Forgotten each : forgotten) {
            Stamp.check(each.block, each.number);
            each.budget.free(each.block);
        }
        forgotten.clear();
    }
}
