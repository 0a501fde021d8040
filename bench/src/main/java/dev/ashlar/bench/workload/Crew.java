package dev.ashlar.bench.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/** The threads that do one part of a workload together. */
final class Crew {
    private final Stage stage;
    private final Stage.Part part;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();

    Crew(Stage stage, Stage.Part part) {
        this.stage = stage;
        this.part = part;
    }

    void add(int index) {
        Thread thread = new Thread(() -> perform(index), "workload-" + index);
        thread.setDaemon(true);
        threads.add(thread);
    }

    /** Starts all, waits for all, and throws what the first to fail threw. */
    void run() throws InterruptedException {
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        switch (firstFailure.get()) {
            case null -> {}
            case InterruptedException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException("a thread of the workload: " + e, e);
        }
    }

    private void perform(int index) {
        try (Hand hand = stage.newHand()) {
            part.run(index, hand);
        } catch (Throwable e) {
            if (firstFailure.compareAndSet(null, e)) {
                threads.forEach(Thread::interrupt);
            }
        }
    }
}
