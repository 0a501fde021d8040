package dev.ashlar.bench.demo;

import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

import dev.ashlar.HeapStatistics;
import dev.ashlar.spill.SpillStatistics;

/** What all threads count. */
final class DemoCounters {
    final LongAdder steps = new LongAdder();
    final LongAdder joins = new LongAdder();
    final LongAdder sorts = new LongAdder();
    final LongAdder reports = new LongAdder();
    final LongAdder waves = new LongAdder();
    final LongAdder tasks = new LongAdder();
    final LongAdder rows = new LongAdder();
    final LongAdder leaks = new LongAdder();
    final LongAdder exhausted = new LongAdder();

    private final LongAccumulator peakLiveBytes = new LongAccumulator(Math::max, 0);
    private final LongAccumulator peakCommittedBytes = new LongAccumulator(Math::max, 0);

    void look(HeapStatistics memory) {
        peakLiveBytes.accumulate(memory.liveBytes());
        peakCommittedBytes.accumulate(memory.committedBytes());
    }

    DemoStatistics statistics(SpillStatistics spill) {
        return new DemoStatistics(
                steps.sum(),
                joins.sum(),
                sorts.sum(),
                reports.sum(),
                waves.sum(),
                tasks.sum(),
                rows.sum(),
                leaks.sum(),
                exhausted.sum(),
                spill.spilledBytes(),
                spill.restoredBytes(),
                peakLiveBytes.get(),
                peakCommittedBytes.get());
    }
}
