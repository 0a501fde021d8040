package dev.ashlar.bench.workload;

import dev.ashlar.bench.peer.Blocks;
import dev.ashlar.bench.peer.Peer;

/**
 * What a workload runs on: the allocator, the threads, the time, and the sum of what all threads did.
 *
 * <p>Safe for concurrent use.
 */
final class Stage {
    private final Peer peer;
    private final boolean keepsContents;
    private final StageOptions options;
    private final Meter sum;
    private volatile long startNanos = System.nanoTime();
    // Long.MAX_VALUE while it runs.
    private volatile long tookNanos = Long.MAX_VALUE;

    /**
     * A stage, whose time begins now.
     *
     * @param peer under test
     * @param keepsContents whether contents are to be verified
     * @param options how much to do
     */
    Stage(Peer peer, boolean keepsContents, StageOptions options) {
        this.peer = peer;
        this.keepsContents = keepsContents;
        this.options = options;
        this.sum = new Meter(options.callsPerSample());
    }

    Peer peer() {
        return peer;
    }

    /** How many threads the workload is to use. */
    int threads() {
        return options.threads();
    }

    /** Whether to verify what is read from blocks. */
    boolean keepsContents() {
        return keepsContents;
    }

    Blocks newBlocks(int slotCount) {
        return peer.newBlocks(slotCount);
    }

    /** Numbers for a stream, the same in each run. */
    Randomness randomness(long stream) {
        return new Randomness(options.seed(), stream);
    }

    /**
     * A number that the workload prescribes, or less in a test.
     *
     * @return at least 1
     */
    int scaled(long number) {
        return (int) Math.max(1, Math.min((long) Math.ceil(number * options.scale()), Integer.MAX_VALUE));
    }

    /** Whether the time is up. To be asked now and then: it reads the clock. */
    boolean isOver() {
        return elapsedNanos() >= options.nanos();
    }

    long elapsedNanos() {
        return Math.min(System.nanoTime() - startNanos, tookNanos);
    }

    /** What the workload does begins now: what was done to prepare it does not count, and takes none of its time. */
    void begin() {
        synchronized (sum) {
            sum.reset();
        }
        startNanos = System.nanoTime();
    }

    /** What the workload does has ended: what clears up after it does not count. */
    void end() {
        tookNanos = elapsedNanos();
    }

    /** What the calling thread works with until it closes it. */
    Hand newHand() {
        return new Hand(this, peer.newWorker(), new Meter(options.callsPerSample()));
    }

    void add(Meter meter) {
        synchronized (sum) {
            if (tookNanos == Long.MAX_VALUE) {
                sum.add(meter);
            }
        }
    }

    /** All that was done by hands that are closed. */
    Meter sum() {
        return sum;
    }

    /**
     * Runs the same on new threads, each with a hand of its own, and waits for all. When one fails, the others are interrupted: one
     * may wait for what the failed one should have done.
     *
     * @throws RuntimeException or Error, whichever the thread that failed first threw
     */
    void inThreads(int count, Part part) throws InterruptedException {
        Crew crew = new Crew(this, part);
        for (int index = 0; index < count; index++) {
            crew.add(index);
        }
        crew.run();
    }

    /** What one thread does. */
    @FunctionalInterface
    interface Part {
        /** Runs to its end in thread {@code index}, counted from 0. */
        void run(int index, Hand hand) throws InterruptedException;
    }
}
