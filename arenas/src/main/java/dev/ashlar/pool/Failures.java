package dev.ashlar.pool;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

import dev.ashlar.PoolExhaustedException;
import dev.ashlar.PoolExhaustedException.Cause;

/** Counts requests that failed, by cause. Thread-safe. */
final class Failures {
    private final Map<Cause, LongAdder> counts = new EnumMap<>(Cause.class);

    Failures() {
        for (Cause cause : Cause.values()) {
            counts.put(cause, new LongAdder());
        }
    }

    /** Counts one; returns it, to be thrown. */
    PoolExhaustedException count(PoolExhaustedException failure) {
        LongAdder counter = counts.get(failure.kind());
        if (counter != null) {
            counter.increment();
        }
        return failure;
    }

    /** How many there were, by cause: all causes. */
    Map<Cause, Long> byCause() {
        Map<Cause, Long> sums = new EnumMap<>(Cause.class);
        counts.forEach((cause, counter) -> sums.put(cause, counter.sum()));
        return sums;
    }
}
