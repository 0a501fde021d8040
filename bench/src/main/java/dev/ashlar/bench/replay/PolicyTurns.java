package dev.ashlar.bench.replay;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

import dev.ashlar.Coalescing;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;

/**
 * Replays a trace on a warm heap of each fit policy, in turns, in one process: so what changes the speed of the machine from minute to minute changes all of them alike.
 * Used by one thread.
 */
public final class PolicyTurns implements AutoCloseable {
    /** Room for eight times what the largest of the carried traces needs. */
    private static final long CAPACITY_BYTES = 2L << 30;

    private final FlatTrace trace;
    private final List<FitPolicy> policies;
    private final ReplayAllocator[] heaps;
    private final long[] addresses;
    private int begin;

    /**
     * Reads the trace.
     *
     * @param source of it
     * @param policies whose heaps are to be compared
     * @param favour of an adaptive one
     * @throws IOException if it can't be read
     */
    public PolicyTurns(TraceSource source, List<FitPolicy> policies, Favour favour) throws IOException {
        trace = FlatTrace.read(source.file());
        this.policies = List.copyOf(policies);
        addresses = new long[trace.blockCount()];
        heaps = new ReplayAllocator[policies.size()];
        Arrays.setAll(heaps, i -> new HeapAllocator(new ReplayTask(
                ReplayTask.Kind.TIME, source.file(), AllocatorKind.HEAP, policies.get(i), favour, Coalescing.IMMEDIATE,
                CAPACITY_BYTES, ReplayOptions.DEFAULT_REGION_BYTES, 1, false, 0, false)));
    }

    /**
     * Replays the trace once for each policy, another one first each time.
     *
     * @return nanoseconds per event, in the order of the policies
     */
    public double[] round() {
        double[] nanos = new double[heaps.length];
        for (int i = 0; i < heaps.length; i++) {
            int turn = (begin + i) % heaps.length;
            long start = System.nanoTime();
            ReplayLoop.run(trace, heaps[turn], addresses);
            nanos[turn] = (System.nanoTime() - start) / (double) trace.eventCount();
            ReplayLoop.freeLeft(heaps[turn], addresses);
        }
        begin = (begin + 1) % heaps.length;
        return nanos;
    }

    /** The policies, in the order of the results. */
    public List<FitPolicy> policies() {
        return policies;
    }

    /** Closes the heaps. */
    @Override
    public void close() {
        for (ReplayAllocator heap : heaps) {
            heap.close();
        }
    }
}
