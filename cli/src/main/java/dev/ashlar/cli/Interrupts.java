package dev.ashlar.cli;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/**
 * Ends something in order when Ctrl-C ends the program: the JVM then waits until that has been done. What is open when {@link #close} is called, or the program ends by itself,
 * is left alone.
 */
final class Interrupts implements AutoCloseable {
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook;

    /** What to do; the thread that is to close this does the rest. */
    @FunctionalInterface
    interface Stop {
        void run() throws IOException;
    }

    Interrupts(Stop stop) {
        hook = new Thread(() -> stopAndWait(stop), "ashlar-interrupt");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void stopAndWait(Stop stop) {
        try {
            stop.run();
            done.await();
        } catch (IOException e) {
            // Then there is nothing left to end.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        done.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It is running, and may end now.
        }
    }
}
