package dev.ashlar.bench.replay;

/** Hears how far a replay is. Called by the thread that called {@link Replay#run}. */
public interface ReplayListener {
    /**
     * A step begins.
     *
     * @param number of the step, from 0
     * @param total number of steps
     * @param what is done, such as {@code sqlite, ashlar: timed passes}
     */
    void stepStarted(int number, int total, String what);

    /**
     * All passes of one allocator over one trace are done.
     *
     * @param run what they measured
     */
    void runEnded(ReplayRun run);
}
