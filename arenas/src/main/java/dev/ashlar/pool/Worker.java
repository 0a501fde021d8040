package dev.ashlar.pool;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.DefragReport.End;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

import static java.lang.System.Logger.Level.WARNING;

/**
 * The thread that defragments a pool, and looks after what nobody else would: the caches of threads that have ended, and queues of arenas that nobody is in.
 *
 * <pre>{@code
 *     submit -> the queue of requests -> the thread, woken -> PoolCare.defragment -> the request's future
 *                                        each period       -> PoolCare.maintain
 * }</pre>
 *
 * <p>A daemon, so that it never holds up the end of the process. It does not keep its pool: once that is unreachable, or closed, the thread ends, and requests that wait
 * are answered that there is no result. What it fails at is reported, and tried again the next time; nor does an interrupt end it. Allocation does not depend on it.
 */
final class Worker {
    private static final int CHUNK = 16;

    private final MpscUnboundedVarHandleArrayQueue<DefragTask> tasks = new MpscUnboundedVarHandleArrayQueue<>(CHUNK);
    private final AtomicLong interrupts = new AtomicLong();
    private final WeakReference<PoolCare> pool;
    private final String poolName;
    private final long periodNanos;
    private final Thread thread;
    private volatile boolean stopped;

    /** Why no request is served any more, or null. Set before the last look at the queue; who adds a request looks at it after that. */
    private volatile @Nullable RuntimeException ended;

    /** The thread of a pool, which has not begun. */
    Worker(PoolCare care, String poolName, long periodNanos) {
        pool = new WeakReference<>(care);
        this.poolName = poolName;
        this.periodNanos = periodNanos;
        thread = Thread.ofPlatform().daemon().name("ashlar-" + poolName).unstarted(this::run);
    }

    /** Lets the thread begin. */
    void start() {
        thread.start();
    }

    /** Lets the thread end. */
    void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }

    /** Whether requests are served. */
    boolean isAlive() {
        return ended == null && thread.isAlive();
    }

    /** How often somebody interrupted the thread. */
    long interrupts() {
        return interrupts.get();
    }

    /** Hands a request over. */
    CompletableFuture<DefragReport> submit(DefragOptions options) {
        DefragTask task = new DefragTask(options);
        tasks.add(task);
        if (ended == null) {
            LockSupport.unpark(thread);
        } else {
            answerAll();
        }
        return task.answer;
    }

    private void run() {
        Throwable cause = null;
        try {
            loop();
        } catch (Throwable e) {
            cause = e;
            throw e;
        } finally {
            ended = new IllegalStateException(
                    "pool '%s' %s (expected: open, and its worker alive)".formatted(
                            poolName,
                            cause != null ? "has no worker any more" : stopped ? "is closed" : "was dropped"),
                    cause);
            answerAll();
        }
    }

    private void loop() {
        long due = System.nanoTime() + periodNanos;
        while (!stopped && !pool.refersTo(null)) {
            if (Thread.interrupted()) {
                interrupts.incrementAndGet();
            }
            long left = due - System.nanoTime();
            if (left <= 0) {
                maintain();
                due = System.nanoTime() + periodNanos;
            }
            // Not waited for if its producer stalls in the middle: it wakes this thread when it has gone on.
            DefragTask task = tasks.relaxedPoll();
            if (task != null) {
                serve(task);
            } else if (left > 0) {
                LockSupport.parkNanos(this, left);
            }
        }
    }

    private void maintain() {
        PoolCare care = pool.get();
        if (care == null) {
            return;
        }
        try {
            care.maintain();
        } catch (RuntimeException | Error e) {
            care.workerFailed();
            log("maintenance failed; it goes on", e);
        } finally {
            Reference.reachabilityFence(care);
        }
    }

    private void serve(DefragTask task) {
        PoolCare care = pool.get();
        if (care == null) {
            task.fail(new IllegalStateException("pool '" + poolName + "' was dropped (expected: reachable)"));
            return;
        }
        if (task.isCancelled()) {
            return;
        }
        try {
            DefragReport report = care.defragmentNow(task.options, task::isCancelled);
            if (report.end() == End.CLOSED) {
                task.fail(closedMeanwhile(null));
            } else {
                task.complete(report);
            }
        } catch (RuntimeException | Error e) {
            if (care.isClosed()) {
                task.fail(closedMeanwhile(e));
            } else {
                care.workerFailed();
                log("defragmentation failed; the worker goes on", e);
                task.fail(e);
            }
        } finally {
            Reference.reachabilityFence(care);
        }
    }

    private IllegalStateException closedMeanwhile(@Nullable Throwable cause) {
        return new IllegalStateException(
                "pool '" + poolName + "' is closed (expected: open until the defragmentation has ended)", cause);
    }

    /** Nobody serves the queue any more: several threads may find that at once. */
    private void answerAll() {
        RuntimeException reason = ended;
        if (reason == null) {
            return;
        }
        synchronized (tasks) {
            for (DefragTask task = tasks.poll(); task != null; task = tasks.poll()) {
                task.fail(reason);
            }
        }
    }

    private void log(String what, Throwable thrown) {
        System.getLogger("dev.ashlar").log(WARNING, "pool '" + poolName + "': " + what, thrown);
    }
}
