package dev.ashlar.bench.workload;

import dev.ashlar.bench.peer.Peer;

/** Workloads as a comparison times them: in this JVM, without samples of latency. */
public final class TimedWorkload {
    private TimedWorkload() {}

    /**
     * {@link WorkloadKind#LARSON}.
     *
     * @param peer under test
     * @param threads at once
     * @param seconds to run
     * @return nanoseconds of a thread per free and allocation
     * @throws InterruptedException if the thread is interrupted
     */
    public static double larsonNanos(Peer peer, int threads, double seconds) throws InterruptedException {
        Stage stage = run(WorkloadKind.LARSON, peer, threads, seconds);
        return (double) stage.elapsedNanos() * threads / stage.sum().allocations();
    }

    /**
     * {@link WorkloadKind#ALLOC_TEST}.
     *
     * @param peer under test
     * @param threads at once
     * @param seconds to run
     * @return nanoseconds of a thread per toggle, which is an allocation or a free
     * @throws InterruptedException if the thread is interrupted
     */
    public static double allocTestNanos(Peer peer, int threads, double seconds) throws InterruptedException {
        Stage stage = run(WorkloadKind.ALLOC_TEST, peer, threads, seconds);
        return (double) stage.elapsedNanos()
                * threads
                / (stage.sum().allocations() + stage.sum().frees());
    }

    private static Stage run(WorkloadKind workload, Peer peer, int threads, double seconds)
            throws InterruptedException {
        // Contents are summed in any case; what they are is the business of tests and of ./ashlar workload.
        Stage stage = new Stage(peer, false, StageOptions.full(threads, seconds, Meter.NEVER));
        workload.create().run(stage);
        stage.end();
        return stage;
    }
}
