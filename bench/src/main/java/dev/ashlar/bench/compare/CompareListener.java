package dev.ashlar.bench.compare;

/** Hears how far a comparison is. Called by the thread that called {@link Comparison#run}. */
@FunctionalInterface
public interface CompareListener {
    /**
     * A step begins.
     *
     * @param number of the step, from 0
     * @param total number of steps
     * @param what is done, such as {@code pair-64, malloc}
     */
    void stepStarted(int number, int total, String what);
}
