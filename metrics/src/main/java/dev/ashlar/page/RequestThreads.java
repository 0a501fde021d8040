package dev.ashlar.page;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A virtual thread for each request, of which there are {@value #MOST} at most; more are refused, and their connections closed.
 *
 * <p>A client that sends a byte now and then, or takes one, is no better than one that is silent: each request has {@link #PATIENCE} from its beginning, then its thread is interrupted, which closes the
 * connection. One that goes on for long asks for {@link #moreTime} at each step.
 */
final class RequestThreads implements Executor, AutoCloseable {
    static final int MOST = 64;
    static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long END_SECONDS = 5;

    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("ashlar-page-request-", 0).factory());
    private final ScheduledThreadPoolExecutor clock =
            new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("ashlar-page-clock").factory());
    private final Semaphore slots = new Semaphore(MOST);
    private final Map<Thread, Future<?>> ends = new ConcurrentHashMap<>();
    private final Duration patience;

    RequestThreads(Duration patience) {
        this.patience = patience;
        clock.setRemoveOnCancelPolicy(true);
    }

    /**
     * Has a request answered.
     *
     * @throws RejectedExecutionException if there are too many
     */
    @Override
    public void execute(Runnable request) {
        if (!slots.tryAcquire()) {
            throw new RejectedExecutionException("requests: more than %d at a time".formatted(MOST));
        }
        boolean isStarted = false;
        try {
            threads.execute(() -> run(request));
            isStarted = true;
        } finally {
            if (!isStarted) {
                slots.release();
            }
        }
    }

    private void run(Runnable request) {
        try {
            moreTime();
            request.run();
        } finally {
            noEnd();
            slots.release();
        }
    }

    /** How many requests are being answered. */
    int running() {
        return MOST - slots.availablePermits();
    }

    /** The request of this thread may go on for as long as one that has just begun. */
    void moreTime() {
        noEnd();
        Thread thread = Thread.currentThread();
        try {
            ends.put(thread, clock.schedule(thread::interrupt, patience.toNanos(), TimeUnit.NANOSECONDS));
        } catch (RejectedExecutionException e) {
            thread.interrupt(); // The server has ended meanwhile.
        }
    }

    /** The request of this thread may go on for as long as it likes: it waits for nobody outside. */
    void noEnd() {
        Future<?> end = ends.remove(Thread.currentThread());
        if (end != null) {
            end.cancel(false);
        }
    }

    /** Interrupts all, and waits until they have ended, for some seconds at most. */
    @Override
    public void close() {
        threads.shutdownNow();
        clock.shutdownNow();
        try {
            if (!threads.awaitTermination(END_SECONDS, TimeUnit.SECONDS)
                    || !clock.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                System.getLogger("dev.ashlar")
                        .log(System.Logger.Level.WARNING, "threads of the live page did not end (expected: within %d s)"
                                .formatted(END_SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
