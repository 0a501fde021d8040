package dev.ashlar.attach;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.attach.AttachException.Reason;

/**
 * A request that is being worked on.
 *
 * @param connection that it came by
 * @param answer to it
 */
record Exchange(PoolTable pools, SpaceTable spaces, Request request, Connection connection, Answer answer) {
    private static final Duration HOUR = Duration.ofHours(1);

    /** The pool that the request is about. */
    MemoryPool pool() throws AttachException {
        return pools.find(request.text("pool")).pool();
    }

    /** Waits for a result; if the client does not, it is cancelled. */
    <T> T await(CompletableFuture<T> future) throws IOException {
        // Not waited for itself: it is done only after it has woken this thread, which would then wait again.
        var _ = future.whenComplete((result, thrown) -> connection.wakeUp());
        while (!future.isDone()) {
            if (connection.awaitInput(HOUR)) {
                future.cancel(true);
            }
        }
        try {
            return future.join();
        } catch (CancellationException e) {
            throw new AttachException(Reason.REFUSED, "cancelled by the client", e);
        } catch (CompletionException e) {
            throw new AttachException(Reason.REFUSED, String.valueOf(e.getCause()), e);
        }
    }
}
