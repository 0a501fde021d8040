package dev.ashlar.arenas;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Runs what a test does in other threads, and passes on what it throws. Nothing here waits for longer than a minute: that is a failure. */
final class Tasks {
    private static final long LIMIT_SECONDS = 60;

    private Tasks() {}

    /** What a thread does. */
    @FunctionalInterface
    interface Task {
        void run() throws Exception;
    }

    /** The same, told its number. */
    @FunctionalInterface
    interface NumberedTask {
        void run(int number) throws Exception;
    }

    /** A thread that has been started; {@link #join} waits for its end. */
    static final class Running {
        private final Thread thread;
        private final Queue<Throwable> thrown;

        private Running(Thread thread, Queue<Throwable> thrown) {
            this.thread = thread;
            this.thrown = thrown;
        }

        Thread thread() {
            return thread;
        }

        void join() {
            try {
                if (!thread.join(java.time.Duration.ofSeconds(LIMIT_SECONDS))) {
                    AssertionError stuck = new AssertionError("no end after " + LIMIT_SECONDS + " s: " + thread);
                    stuck.setStackTrace(thread.getStackTrace());
                    throw stuck;
                }
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted while waiting for " + thread, e);
            }
            for (Throwable e : thrown) {
                throw new AssertionError("in " + thread.getName() + ": " + e, e);
            }
        }
    }

    private static Runnable passingOn(Task task, Queue<Throwable> thrown) {
        return () -> {
            try {
                task.run();
            } catch (Throwable e) {
                thrown.add(e);
            }
        };
    }

    /** Starts a platform thread. */
    static Running start(Task task) {
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        Thread thread = Thread.ofPlatform().daemon().name("task").start(passingOn(task, thrown));
        return new Running(thread, thrown);
    }

    /** Starts a virtual thread. */
    static Running startVirtual(Task task) {
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        return new Running(Thread.startVirtualThread(passingOn(task, thrown)), thrown);
    }

    /** Runs in a platform thread of its own, which has ended when this returns. */
    static void inThread(Task task) {
        start(task).join();
    }

    /** Runs in so many threads, which begin together as far as that can be had. */
    static void inParallel(int threads, NumberedTask task) {
        CountDownLatch ready = new CountDownLatch(threads);
        List<Running> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int number = i;
            running.add(start(() -> {
                ready.countDown();
                await(ready);
                task.run(number);
            }));
        }
        running.forEach(Running::join);
    }

    /** Waits for a latch; that it does not open in a minute is a failure. */
    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("latch still closed after " + LIMIT_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /** Waits, awake, until something is so; that it is not in a minute is a failure. */
    static void until(BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(LIMIT_SECONDS)) {
                throw new AssertionError("not so after " + LIMIT_SECONDS + " s");
            }
            Thread.onSpinWait();
        }
    }
}
