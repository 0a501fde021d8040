package dev.ashlar.bench.demo;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.ashlar.arenas.Budget;

/** A hash join in the budget that all joins share: rows in blocks, a table over them, as many probes. */
final class Join implements Part {
    private static final int LEAST_ROWS = 500;
    private static final int MAX_ROW_BYTES = 200;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final Budget budget;
    private final int maxRows;
    private final DemoCounters counters;

    Join(Budget budget, int maxRows, DemoCounters counters) {
        this.budget = budget;
        this.maxRows = Math.max(maxRows, LEAST_ROWS + 1);
        this.counters = counters;
    }

    @Override
    public void step(SplittableRandom random) {
        int rows = random.nextInt(LEAST_ROWS, maxRows);
        List<MemorySegment> blocks = new ArrayList<>(rows + 1);
        try {
            join(random, rows, blocks);
            counters.joins.increment();
            counters.rows.add(rows);
        } finally {
            blocks.forEach(budget::free);
        }
    }

    private void join(SplittableRandom random, int rows, List<MemorySegment> blocks) {
        long mask = 2L * Integer.highestOneBit(rows) - 1;
        long slots = 2 * (mask + 1);
        MemorySegment table = budget.allocate(slots * Long.BYTES, 64);
        blocks.add(table);
        table.fill((byte) 0);
        for (int row = 0; row < rows; row++) {
            MemorySegment block = budget.allocate(random.nextInt(Stamp.LEAST_BYTES, MAX_ROW_BYTES), 8);
            blocks.add(block);
            Stamp.write(block, row);
            table.set(ValueLayout.JAVA_LONG, Long.BYTES * slotOf(table, slots, row, blocks), row + 1L);
        }
        for (int probe = 0; probe < rows; probe++) {
            long row = random.nextInt(rows);
            long slot = slotOf(table, slots, row, blocks);
            if (table.get(ValueLayout.JAVA_LONG, Long.BYTES * slot) != row + 1) {
                throw new IllegalStateException("row " + row + ": not in the table (expected: there)");
            }
        }
    }

    /** Where the row is, or the free slot where it belongs. */
    private static long slotOf(MemorySegment table, long slots, long row, List<MemorySegment> blocks) {
        long slot = ((row * GOLDEN) >>> 20) & (slots - 1);
        while (true) {
            long found = table.get(ValueLayout.JAVA_LONG, Long.BYTES * slot);
            if (found == 0 || found == row + 1) {
                return slot;
            }
            // Behind the table, which is the first.
            Stamp.check(blocks.get((int) found), found - 1);
            slot = (slot + 1) & (slots - 1);
        }
    }

    @Override
    public void end() {}
}
