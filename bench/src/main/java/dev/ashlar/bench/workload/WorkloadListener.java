package dev.ashlar.bench.workload;

/** Hears how far a series of workloads is. Called by the thread that called {@link WorkloadRuns#run}. */
public interface WorkloadListener {
    /**
     * A step begins.
     *
     * @param number of the step, from 0
     * @param total number of steps
     * @param what is done, such as {@code larson, malloc}
     */
    void stepStarted(int number, int total, String what);

    /**
     * A run is done, or was skipped.
     *
     * @param run what it measured
     */
    void runEnded(WorkloadRun run);
}
