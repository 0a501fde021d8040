package dev.ashlar.space;

/**
 * Joins what is known of the free runs in neighbouring rows of units into what holds for all of them together. Those runs that touch
 * neither border of the whole are in its classes: nothing beside it can make them longer.
 */
final class RunJoiner {
    private long units;
    private long longest;
    private long classes;
    // The steps of the classes 0, 4, 8, ... together, of 1, 5, 9, ..., of 2, 6, 10, ..., of 3, 7, 11, ...: 16 bits each.
    private long steps;
    private long open;
    private long prefix;
    private boolean touchesBegin;

    void clear() {
        units = 0;
        longest = 0;
        classes = 0;
        steps = 0;
        open = 0;
        prefix = 0;
        touchesBegin = true;
    }

    void addFree(long count) {
        units += count;
        open += count;
    }

    void addUsed(long count) {
        units += count;
        close();
    }

    /** Adds a row that is not all free. */
    void add(long count, long rowPrefix, long rowLongest, long rowSuffix, long rowClasses) {
        units += count;
        open += rowPrefix;
        close();
        longest = Math.max(longest, rowLongest);
        classes |= rowClasses;
        open = rowSuffix;
    }

    /** Adds a row of so many units with a packed summary. */
    void add(long count, long summary, long rowClasses) {
        if (RunSummary.isAllFree(summary)) {
            addFree(count);
        } else {
            add(count, RunSummary.prefix(summary), RunSummary.longest(summary), RunSummary.suffix(summary), rowClasses);
        }
    }

    /** Says what steps the runs in the rows that were added have, by fourths of the classes. */
    void addSteps(long rowSteps) {
        steps |= rowSteps;
    }

    /** Adds words of 64 units, of which those whose bits are set are used: all used, all free, or one. */
    void addWords(long word, int count) {
        if (word == 0) {
            addFree((long) count * Long.SIZE);
        } else if (word == -1) {
            addUsed((long) count * Long.SIZE);
        } else {
            addMixed(word);
        }
    }

    private void addMixed(long word) {
        units += Long.SIZE;
        int begin = Long.numberOfTrailingZeros(word);
        open += begin;
        close();
        int end = Long.numberOfLeadingZeros(word);
        // The free bits between the first used one and the last.
        long free = ~word & (-1L << begin) & (-1L >>> end);
        while (free != 0) {
            int from = Long.numberOfTrailingZeros(free);
            int count = Long.numberOfTrailingZeros(~(free >>> from));
            record(count);
            free &= -1L << (from + count);
        }
        open = end;
    }

    private void close() {
        if (touchesBegin) {
            prefix = open;
            touchesBegin = false;
            longest = Math.max(longest, open);
        } else if (open != 0) {
            record(open);
        }
        open = 0;
    }

    private void record(long count) {
        longest = Math.max(longest, count);
        int kind = RunClasses.classOf(count);
        classes |= 1L << kind;
        steps |= 1L << ((kind & 3) * RunClasses.STEPS + RunClasses.stepOf(count));
    }

    boolean isAllFree() {
        return touchesBegin;
    }

    long prefix() {
        return touchesBegin ? units : prefix;
    }

    long longest() {
        return Math.max(longest, open);
    }

    long suffix() {
        return open;
    }

    long classes() {
        return classes;
    }

    /** The steps of each fourth class together, 16 bits a set. */
    long steps() {
        return steps;
    }

    /** The steps of all classes together. */
    int stepsOfAll() {
        long all = steps | steps >>> 32;
        return (int) (all | all >>> RunClasses.STEPS) & RunClasses.ALL_STEPS;
    }

    long packed() {
        return touchesBegin ? RunSummary.ALL_FREE : RunSummary.of(prefix, longest(), open);
    }
}
