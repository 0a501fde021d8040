package dev.ashlar.bench.demo;

import java.util.concurrent.atomic.LongAdder;

import dev.ashlar.spill.SpillStatistics;

/** What all threads count. */
final class DemoCounters {
    final LongAdder steps = new LongAdder();
    final LongAdder joins = new LongAdder();
    final LongAdder sorts = new LongAdder();
    final LongAdder waves = new LongAdder();
    final LongAdder tasks = new LongAdder();
    final LongAdder exhausted = new LongAdder();

    DemoStatistics statistics(SpillStatistics spill) {
        return new DemoStatistics(steps.sum(), joins.sum(), sorts.sum(), waves.sum(), tasks.sum(), exhausted.sum(),
                spill.spilledBytes(), spill.restoredBytes());
    }
}
