package dev.ashlar.pool;

import java.util.concurrent.CompletableFuture;

import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;

/** A request to the {@link Worker}, and its answer. Does not refer to the pool: whoever waits for an answer need not keep it. */
final class DefragTask {
    final DefragOptions options;
    final CompletableFuture<DefragReport> answer = new CompletableFuture<>();

    DefragTask(DefragOptions options) {
        this.options = options;
    }

    /** Nobody waits for a result any more. */
    boolean isCancelled() {
        return answer.isDone();
    }

    /** Answers; not in the worker's thread, which must not wait for what somebody does with it. */
    void complete(DefragReport report) {
        answer.completeAsync(() -> report);
    }

    /** Answers that there is no result. */
    void fail(Throwable reason) {
        answer.defaultExecutor().execute(() -> answer.completeExceptionally(reason));
    }
}
