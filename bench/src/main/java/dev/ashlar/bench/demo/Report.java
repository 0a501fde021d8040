package dev.ashlar.bench.demo;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.ashlar.arenas.Budget;
import org.jspecify.annotations.Nullable;

/** A report that grows over many steps, in a budget beside that of the joins: for a while it has most of what both may have, and joins are refused. */
final class Report implements Part {
    private static final int PIECES = 12;
    private static final int STEPS_AT_FULL_SIZE = 6;
    private static final int PERCENT = 75;

    private final Budget queries;
    private final long pieceBytes;
    private final DemoCounters counters;
    private final List<MemorySegment> pieces = new ArrayList<>();
    private @Nullable Budget budget;
    private int stepsLeft;

    Report(Budget queries, DemoCounters counters) {
        this.queries = queries;
        this.counters = counters;
        pieceBytes = Math.max(Stamp.LEAST_BYTES, queries.limit() / 100 * PERCENT / PIECES);
    }

    @Override
    public void step(SplittableRandom random) {
        if (budget == null) {
            budget = queries.openBudget("report", queries.limit());
            stepsLeft = STEPS_AT_FULL_SIZE;
        }
        if (pieces.size() < PIECES) {
            pieces.add(Stamp.write(budget.allocate(pieceBytes, 64), pieces.size()));
        } else if (--stepsLeft == 0) {
            end();
            counters.reports.increment();
        }
    }

    @Override
    public void end() {
        if (budget == null) {
            return;
        }
        for (int i = 0; i < pieces.size(); i++) {
            Stamp.check(pieces.get(i), i);
            budget.free(pieces.get(i));
        }
        pieces.clear();
        budget.close();
        budget = null;
    }
}
