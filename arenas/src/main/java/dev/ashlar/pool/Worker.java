package dev.ashlar.pool;

import java.lang.ref.WeakReference;

import static java.lang.System.Logger.Level.WARNING;

/**
 * The thread that looks after what nobody else would: the caches of threads that have ended, and queues of arenas that nobody is in.
 *
 * <p>A daemon, so that it never holds up the end of the process. It does not keep its pool: once that is unreachable, the thread
 * ends. What it fails at is reported, and tried again the next time; allocation does not depend on it.
 */
final class Worker {
    private final Object monitor = new Object();
    private boolean stopped;

    private Worker() {}

    /** Starts the thread of a pool. */
    static Worker start(PoolEngine engine, String poolName, long periodNanos) {
        Worker worker = new Worker();
        WeakReference<PoolEngine> pool = new WeakReference<>(engine);
        Thread.ofPlatform()
                .daemon()
                .name("ashlar-" + poolName)
                .start(() -> worker.run(pool, poolName, Math.max(1, periodNanos / 1_000_000)));
        return worker;
    }

    /** Lets the thread end. */
    void stop() {
        synchronized (monitor) {
            stopped = true;
            monitor.notifyAll();
        }
    }

    private void run(WeakReference<PoolEngine> pool, String poolName, long periodMillis) {
        while (awaitPeriod(periodMillis)) {
            PoolEngine engine = pool.get();
            if (engine == null) {
                return;
            }
            try {
                engine.maintain();
            } catch (RuntimeException | Error e) {
                System.getLogger("dev.ashlar").log(WARNING, "pool '" + poolName + "': maintenance failed; it goes on",
                        e);
            }
        }
    }

    /** Waits for one period; false if the thread is to end. */
    private boolean awaitPeriod(long millis) {
        synchronized (monitor) {
            long end = System.nanoTime() + millis * 1_000_000;
            try {
                for (long left = millis; !stopped && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
                    monitor.wait(left);
                }
            } catch (InterruptedException e) {
                return false;
            }
            return !stopped;
        }
    }
}
