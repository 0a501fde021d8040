package dev.ashlar.space.volume;

/**
 * ANYWHERE: slices of equal length out of any free runs, one for each leg; the longest that there are enough of, again and again. Each leg of a column takes its slice in the room that
 * the fewest others have, so legs share a room only where they must.
 *
 * <p>Complete: a slice of {@code n} out of a run takes exactly one from the slices of {@code n} that all runs hold, so a column for which there are enough can be dealt out in any
 * order; and without metadata any free extents are slices of 1.
 */
final class Slices implements Way {
    private final Problem problem;

    Slices(Problem problem) {
        this.problem = problem;
    }

    @Override
    public boolean fits(long length) {
        return isEnough(length, problem.metadata);
    }

    @Override
    public void place(Draft draft, long length) {
        fill(draft, length);
    }

    /** Brings each leg to {@code length}, or changes nothing. */
    void fill(Draft draft, long length) {
        if (!isEnough(length - draft.filled(0), draft.isBegun(0) ? 0 : problem.metadata)) {
            return;
        }
        while (draft.filled(0) < length) {
            long left = length - draft.filled(0);
            long head = draft.isBegun(0) ? 0 : problem.metadata;
            long slice = longest(left, head);
            // Metadata is only in front of the first column.
            long columns =
                    head > 0 ? 1 : Math.min(left / slice, Math.max(count(slice, Long.MAX_VALUE) / problem.legs, 1));
            for (long i = 0; i < columns; i++) {
                takeColumn(draft, slice, head);
            }
        }
    }

    private boolean isEnough(long length, long head) {
        return length + head <= problem.totalFree() / problem.legs && count(head + 1, problem.legs) >= problem.legs;
    }

    /** The longest slice, up to {@code most}, of which there is one for each leg, with a head in front of it. */
    private long longest(long most, long head) {
        long low = 1;
        long high = most;
        while (low < high) {
            long middle = high - (high - low) / 2;
            if (count(middle + head, problem.legs) >= problem.legs) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private long count(long length, long enough) {
        long count = 0;
        for (int room = 0; room < problem.size() && count < enough; room++) {
            count += problem.free(room).slices(length, enough - count);
        }
        return count;
    }

    private void takeColumn(Draft draft, long slice, long head) {
        int[] legsIn = new int[problem.size()];
        for (int leg = 0; leg < problem.legs; leg++) {
            int room = leastUsed(legsIn, slice + head);
            legsIn[room]++;
            FreeRuns.Run run = problem.free(room).fit(slice + head);
            if (run == null) {
                throw new IllegalStateException(
                        "slices of " + slice + ": none left (expected: one for leg " + leg + ")");
            }
            if (draft.isBegun(leg)) {
                draft.take(leg, room, run.offset(), slice);
            } else {
                draft.begin(leg, room, run.offset(), slice);
            }
        }
    }

    private int leastUsed(int[] legsIn, long slice) {
        int best = Problem.NONE;
        for (int room = 0; room < legsIn.length; room++) {
            if (problem.free(room).largest() >= slice && (best == Problem.NONE || legsIn[room] < legsIn[best])) {
                best = room;
            }
        }
        return best;
    }
}
