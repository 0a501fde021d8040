package dev.ashlar.spill;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Contents in a store. Their site is freed by the last of those that use it: the token itself, and each that reads. One at a time may be about to give up
 * the token.
 */
final class Stored<S> {
    final SpillToken token;
    final S site;
    private final AtomicInteger users = new AtomicInteger(1);
    private final AtomicBoolean claimed = new AtomicBoolean();

    Stored(SpillToken token, S site) {
        this.token = token;
        this.site = site;
    }

    /** Begins to read; false if the site is free by now. */
    boolean enter() {
        for (int now = users.get(); now > 0; now = users.get()) {
            if (users.compareAndSet(now, now + 1)) {
                return true;
            }
        }
        return false;
    }

    /** Ends a use; true if it was the last, who frees the site. */
    boolean leave() {
        return users.decrementAndGet() == 0;
    }

    /** Begins to give up the token; false if another does so. */
    boolean claim() {
        return claimed.compareAndSet(false, true);
    }

    /** The token stays, after all. */
    void unclaim() {
        claimed.set(false);
    }
}
