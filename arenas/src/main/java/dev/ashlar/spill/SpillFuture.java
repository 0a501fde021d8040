package dev.ashlar.spill;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The result of an operation in the background. It can be cancelled until the operation is about to change hands, which is decided once: a block is never
 * freed without somebody to get its token.
 */
final class SpillFuture<T> extends CompletableFuture<T> implements Handover {
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

    private enum State {
        OPEN,
        HANDED_OVER,
        CANCELLED
    }

    @Override
    public boolean isDue() {
        return state.compareAndSet(State.OPEN, State.HANDED_OVER);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (isDone()) {
            return isCancelled();
        }
        return state.compareAndSet(State.OPEN, State.CANCELLED) && super.cancel(mayInterruptIfRunning);
    }

    /** Those that depend on it are plain ones. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
