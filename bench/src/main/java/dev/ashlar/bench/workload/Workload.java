package dev.ashlar.bench.workload;

/** A workload. It may run again on the same stage. */
interface Workload {
    /**
     * Runs until the stage's time is up.
     *
     * @throws ContentsException if a block does not hold what was written to it
     * @throws InterruptedException if the thread is interrupted
     */
    void run(Stage stage) throws InterruptedException;
}
