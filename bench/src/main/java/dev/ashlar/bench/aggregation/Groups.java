package dev.ashlar.bench.aggregation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The layout of a group in memory and on disk: key, count, sum, least and greatest value, a long each. A count of 0 is no group. */
final class Groups {
    static final long BYTES = 40;
    private static final long COUNT = 8;
    private static final long SUM = 16;
    private static final long LEAST = 24;
    private static final long GREATEST = 32;

    private Groups() {}

    /** What is done with each group. */
    @FunctionalInterface
    interface Visitor {
        void visit(long key, long count, long sum, long least, long greatest);
    }

    static long key(MemorySegment at, long offset) {
        return at.get(ValueLayout.JAVA_LONG, offset);
    }

    static long count(MemorySegment at, long offset) {
        return at.get(ValueLayout.JAVA_LONG, offset + COUNT);
    }

    static void write(MemorySegment at, long offset, long key, long count, long sum, long least, long greatest) {
        at.set(ValueLayout.JAVA_LONG, offset, key);
        at.set(ValueLayout.JAVA_LONG, offset + COUNT, count);
        at.set(ValueLayout.JAVA_LONG, offset + SUM, sum);
        at.set(ValueLayout.JAVA_LONG, offset + LEAST, least);
        at.set(ValueLayout.JAVA_LONG, offset + GREATEST, greatest);
    }

    static void merge(MemorySegment at, long offset, long count, long sum, long least, long greatest) {
        at.set(ValueLayout.JAVA_LONG, offset + COUNT, count(at, offset) + count);
        at.set(ValueLayout.JAVA_LONG, offset + SUM, at.get(ValueLayout.JAVA_LONG, offset + SUM) + sum);
        at.set(ValueLayout.JAVA_LONG, offset + LEAST,
                Math.min(at.get(ValueLayout.JAVA_LONG, offset + LEAST), least));
        at.set(ValueLayout.JAVA_LONG, offset + GREATEST,
                Math.max(at.get(ValueLayout.JAVA_LONG, offset + GREATEST), greatest));
    }

    static void visit(MemorySegment at, long offset, Visitor visitor) {
        visitor.visit(key(at, offset), count(at, offset), at.get(ValueLayout.JAVA_LONG, offset + SUM),
                at.get(ValueLayout.JAVA_LONG, offset + LEAST), at.get(ValueLayout.JAVA_LONG, offset + GREATEST));
    }
}
