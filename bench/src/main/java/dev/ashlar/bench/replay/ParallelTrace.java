package dev.ashlar.bench.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;

/**
 * A trace laid out for a replay by all of its threads: each thread's events one after the other, and for each event what it must wait for.
 *
 * <p>An event must follow the one before it that concerns the same block. Where that is the same thread's, it does; where it is another's, the two
 * are a <i>handover</i>, which has a number:
 *
 * <pre>
 *   recorded order    A: allocate 7     B: allocate 8     B: resize 7         A: free 7
 *                     publishes 0                         awaits 0,           awaits 1
 *                                                         publishes 1
 * </pre>
 *
 * <p>An event awaits an earlier one of the recorded order, and a thread replays its events in that order: of the events that are not done, the first
 * in the recorded order never waits. So there is no deadlock, whatever the threads do.
 *
 * <p>Threads without any event are left out. A <i>position</i> is an event's place in this layout. Handovers are numbered by the position of who
 * publishes them, so that a thread's flags lie together.
 */
final class ParallelTrace {
    /** Each is a thread of the operating system. */
    static final int MAX_THREADS = 10_000;

    /** In place of a handover's number. */
    static final int NONE = -1;

    private final long[] operations;
    private final int[] blocks;
    private final int[] numbers;
    // Awaited handover + 1 in the upper half, published handover + 1 in the lower one: one look tells that there is neither.
    private final long[] links;
    private final int[] starts;
    private final int[][] left;
    private final BitSet handedOver = new BitSet();
    private final int blockCount;
    private int handovers;

    private ParallelTrace(FlatTrace trace, int[] threads, int threadCount) {
        int events = trace.eventCount();
        blockCount = trace.blockCount();
        operations = new long[events];
        blocks = new int[events];
        numbers = new int[events];
        links = new long[events];
        starts = startsOf(threads, events, threadCount);
        left = layOut(trace, threads);
        renumberHandovers();
    }

    /**
     * Reads a whole trace.
     *
     * @throws IOException as {@link FlatTrace#read} does
     * @throws ReplayException if there are too many threads
     */
    static ParallelTrace read(Path file) throws IOException, ReplayException {
        ThreadList threads = new ThreadList();
        FlatTrace trace = FlatTrace.read(file, threads::add);
        return of(trace, threads.threads);
    }

    /**
     * Lays out a trace.
     *
     * @param trace in the recorded order
     * @param recordedThreads who did each event, by any number from 0 on; may be longer than the trace
     * @throws ReplayException if there are too many threads
     */
    static ParallelTrace of(FlatTrace trace, int[] recordedThreads) throws ReplayException {
        int events = trace.eventCount();
        int[] distinct = Arrays.stream(recordedThreads, 0, events).sorted().distinct().toArray();
        if (distinct.length > MAX_THREADS) {
            throw new ReplayException(distinct.length + " threads (expected: at most " + MAX_THREADS
                    + ", as each gets one of its own)");
        }
        int[] threads = new int[events];
        for (int event = 0; event < events; event++) {
            threads[event] = Arrays.binarySearch(distinct, recordedThreads[event]);
        }
        return new ParallelTrace(trace, threads, distinct.length);
    }

    private static int[] startsOf(int[] threads, int events, int threadCount) {
        int[] starts = new int[threadCount + 1];
        for (int event = 0; event < events; event++) {
            starts[threads[event] + 1]++;
        }
        for (int thread = 0; thread < threadCount; thread++) {
            starts[thread + 1] += starts[thread];
        }
        return starts;
    }

    /** Fills all arrays; returns what each thread was the last to touch and left live. */
    private int[][] layOut(FlatTrace trace, int[] threads) {
        int[] next = starts.clone();
        int[] lastPosition = new int[blockCount];
        int[] lastThread = new int[blockCount];
        Arrays.fill(lastPosition, NONE);
        for (int event = 0; event < operations.length; event++) {
            int thread = threads[event];
            int block = trace.block(event);
            int position = next[thread]++;
            operations[position] = trace.operation(event);
            blocks[position] = block;
            numbers[position] = event;
            if (lastPosition[block] != NONE && lastThread[block] != thread) {
                handovers++;
                links[lastPosition[block]] |= handovers;
                links[position] |= (long) handovers << Integer.SIZE;
                handedOver.set(block);
            }
            lastPosition[block] = position;
            lastThread[block] = thread;
        }
        int[] counts = new int[threadCount()];
        int[][] blocksLeft = new int[threadCount()][];
        for (int block = 0; block < blockCount; block++) {
            counts[lastThread[block]] += isLeft(lastPosition[block]) ? 1 : 0;
        }
        for (int thread = 0; thread < threadCount(); thread++) {
            blocksLeft[thread] = new int[counts[thread]];
        }
        Arrays.fill(counts, 0);
        for (int block = 0; block < blockCount; block++) {
            if (isLeft(lastPosition[block])) {
                int thread = lastThread[block];
                blocksLeft[thread][counts[thread]++] = block;
            }
        }
        return blocksLeft;
    }

    private boolean isLeft(int lastPosition) {
        return lastPosition != NONE && FlatTrace.op(operations[lastPosition]) != FlatTrace.FREE;
    }

    private void renumberHandovers() {
        int[] numberOf = new int[handovers + 1];
        int published = 0;
        for (long link : links) {
            if ((int) link != 0) {
                numberOf[(int) link] = ++published;
            }
        }
        for (int position = 0; position < links.length; position++) {
            long link = links[position];
            links[position] = (long) numberOf[(int) (link >>> Integer.SIZE)] << Integer.SIZE | numberOf[(int) link];
        }
    }

    int threadCount() {
        return starts.length - 1;
    }

    int eventCount() {
        return operations.length;
    }

    int blockCount() {
        return blockCount;
    }

    /** How many events await one of another thread. */
    int handovers() {
        return handovers;
    }

    /** Ids of the blocks that more than one thread sees. */
    BitSet handedOver() {
        return handedOver;
    }

    /** The position of a thread's first event. */
    int start(int thread) {
        return starts[thread];
    }

    /** The position behind a thread's last event. */
    int end(int thread) {
        return starts[thread + 1];
    }

    /** As {@link FlatTrace#operation}. */
    long operation(int position) {
        return operations[position];
    }

    int block(int position) {
        return blocks[position];
    }

    /** The event's number in the recorded order. */
    int number(int position) {
        return numbers[position];
    }

    /** To be taken apart by {@link #awaited} and {@link #published}; 0 for neither. */
    long link(int position) {
        return links[position];
    }

    /** The handover that must be published before the event, or {@link #NONE}. */
    static int awaited(long link) {
        return (int) (link >>> Integer.SIZE) - 1;
    }

    /** The handover to publish after the event, or {@link #NONE}. */
    static int published(long link) {
        return (int) link - 1;
    }

    /** The blocks that are live at the end and that this thread was the last to touch. */
    int[] left(int thread) {
        return left[thread];
    }

    /** Grows with the events that are read. */
    private static final class ThreadList {
        private int[] threads = new int[1 << 16];
        private int count;

        void add(int thread) {
            if (count == threads.length) {
                threads = Arrays.copyOf(threads, (int) Math.min(2L * count, FlatTrace.Builder.MAX_EVENTS));
            }
            threads[count++] = thread;
        }
    }
}
