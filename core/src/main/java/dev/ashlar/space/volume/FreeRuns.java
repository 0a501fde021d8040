package dev.ashlar.space.volume;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * The free extents of one source, as maximal runs: found by offset and by length. Every operation is O(log runs). To take and to give back the same restores the same runs,
 * so what was tried can be undone without a trace.
 *
 * <p>Not {@code FreeExtents} of {@code dev.ashlar.space}: that is internal to an exported package, and keeps the extent it found as a position; here runs are compared as values while
 * others are taken, and a source has few.
 */
final class FreeRuns {
    private final NavigableMap<Long, Long> lengths = new TreeMap<>();
    private final NavigableSet<Run> byLength = new TreeSet<>();

    private long free;

    FreeRuns(long capacity) {
        add(0, capacity);
        free = capacity;
    }

    /** A maximal run of free extents; ordered by length, then by offset. */
    record Run(long offset, long length) implements Comparable<Run> {
        private static final Comparator<Run> ORDER =
                Comparator.comparingLong(Run::length).thenComparingLong(Run::offset);

        long end() {
            return offset + length;
        }

        @Override
        public int compareTo(Run other) {
            return ORDER.compare(this, other);
        }
    }

    long free() {
        return free;
    }

    int count() {
        return lengths.size();
    }

    /** The length of the longest run; 0 if there is none. */
    long largest() {
        return byLength.isEmpty() ? 0 : byLength.last().length();
    }

    /** The shortest run of at least {@code length}, or else the longest of all; among equals the lowest. */
    @Nullable
    Run fit(long length) {
        Run enough = byLength.ceiling(new Run(0, length));
        return enough != null || byLength.isEmpty() ? enough : byLength.ceiling(new Run(0, largest()));
    }

    /** The free run that begins exactly at {@code offset}, or the rest of one that it lies in; null if it is not free. */
    @Nullable
    Run runAt(long offset) {
        Map.Entry<Long, Long> entry = lengths.floorEntry(offset);
        return entry == null || entry.getKey() + entry.getValue() <= offset
                ? null
                : new Run(offset, entry.getKey() + entry.getValue() - offset);
    }

    boolean isFree(long offset, long length) {
        Run run = runAt(offset);
        return run != null && run.length() >= length;
    }

    /** Whether no extent of the range is free. */
    boolean isTaken(long offset, long length) {
        Long next = lengths.ceilingKey(offset);
        return runAt(offset) == null && (next == null || next >= offset + length);
    }

    void take(long offset, long length) {
        Map.Entry<Long, Long> entry = lengths.floorEntry(offset);
        if (entry == null || entry.getKey() + entry.getValue() < offset + length) {
            throw new IllegalStateException(
                    "extents [" + offset + ", " + (offset + length) + "): not free (expected: a free range)");
        }
        Run run = new Run(entry.getKey(), entry.getValue());
        remove(run);
        if (offset > run.offset()) {
            add(run.offset(), offset - run.offset());
        }
        if (offset + length < run.end()) {
            add(offset + length, run.end() - offset - length);
        }
        free -= length;
    }

    void give(long offset, long length) {
        long start = offset;
        long end = offset + length;
        Map.Entry<Long, Long> before = lengths.floorEntry(offset);
        if (before != null && before.getKey() + before.getValue() == offset) {
            start = before.getKey();
            remove(new Run(before.getKey(), before.getValue()));
        }
        Long after = lengths.get(end);
        if (after != null) {
            remove(new Run(end, after));
            end += after;
        }
        add(start, end - start);
        free += length;
    }

    /** All runs, by offset. */
    List<Run> runs() {
        return lengths.entrySet().stream()
                .map(entry -> new Run(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** How many disjoint slices of {@code length} the runs hold, but no more than {@code enough}. */
    long slices(long length, long enough) {
        long slices = 0;
        for (Run run : byLength.tailSet(new Run(0, length), true)) {
            slices += run.length() / length;
            if (slices >= enough) {
                return enough;
            }
        }
        return slices;
    }

    /** Both indexes hold the same runs, which neither overlap nor touch, within {@code capacity}, and {@code free} is their sum. */
    void validate(String source, long capacity) {
        long end = -1;
        long sum = 0;
        for (Run run : runs()) {
            if (run.offset() <= end || run.length() <= 0 || run.end() > capacity || !byLength.contains(run)) {
                throw new IllegalStateException("source " + source + ": free run [" + run.offset() + ", " + run.end()
                        + ") after " + end + " (expected: apart from the one before, within "
                        + capacity + ", and found by length)");
            }
            end = run.end();
            sum += run.length();
        }
        if (sum != free || byLength.size() != lengths.size()) {
            throw new IllegalStateException("source " + source + ": " + free + " extents free, " + byLength.size()
                    + " runs (expected: " + sum + ", " + lengths.size() + ")");
        }
    }

    private void add(long offset, long length) {
        lengths.put(offset, length);
        byLength.add(new Run(offset, length));
    }

    private void remove(Run run) {
        lengths.remove(run.offset());
        byLength.remove(run);
    }
}
