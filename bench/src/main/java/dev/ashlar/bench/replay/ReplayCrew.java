package dev.ashlar.bench.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads of a parallel replay, by number. They live as long as the crew, so that what an allocator keeps for a thread stays warm from
 * pass to pass.
 *
 * <p>Used by one thread, which is none of them, but for {@link #hasFailed}.
 */
final class ReplayCrew implements AutoCloseable {
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Turns turns;

    // Written before a turn begins, and read after that.
    private Work work = thread -> {};
    private boolean isEnding;

    /** What each thread of the crew does. */
    @FunctionalInterface
    interface Work {
        void run(int thread) throws Exception;
    }

    /** Phases, by turns of waiting for work and of working; their times, taken by who comes last. */
    private static final class Turns extends Phaser {
        // Written in one phase, and read in the next.
        private long nanos;

        Turns(int parties) {
            super(parties);
        }

        @Override
        protected boolean onAdvance(int phase, int registeredParties) {
            long now = System.nanoTime();
            nanos = phase % 2 == 0 ? now : now - nanos;
            return false;
        }
    }

    /** Starts the threads. */
    ReplayCrew(int threadCount) {
        turns = new Turns(threadCount + 1);
        for (int i = 0; i < threadCount; i++) {
            int number = i;
            threads.add(Thread.ofPlatform().daemon().name("replay-" + i).unstarted(() -> live(number)));
        }
        threads.forEach(Thread::start);
    }

    private void live(int thread) {
        turns.arriveAndAwaitAdvance();
        while (!isEnding) {
            try {
                work.run(thread);
            } catch (Throwable e) {
                fail(e);
            }
            turns.arriveAndAwaitAdvance();
            turns.arriveAndAwaitAdvance();
        }
    }

    private void fail(Throwable e) {
        if (failure.compareAndSet(null, e)) {
            threads.forEach(LockSupport::unpark);
        }
    }

    int threadCount() {
        return threads.size();
    }

    /** Whether a thread has thrown something; then there is no going on, and whoever waits for another should not. */
    boolean hasFailed() {
        return failure.get() != null;
    }

    /**
     * Lets all threads work at the same time, and waits for the last.
     *
     * @return nanoseconds from the moment when all were ready to the one when all were done
     * @throws ReplayException if that is the first that a thread has thrown
     */
    long run(Work newWork) throws ReplayException {
        work = newWork;
        turns.arriveAndAwaitAdvance();
        turns.arriveAndAwaitAdvance();
        Throwable thrown = failure.get();
        if (thrown == null) {
            return turns.nanos;
        }
        switch (thrown) {
            case ReplayException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(thrown);
        }
    }

    /** Ends the threads. */
    @Override
    public void close() {
        isEnding = true;
        turns.arriveAndAwaitAdvance();
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
