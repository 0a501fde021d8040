package dev.ashlar.spill;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

import dev.ashlar.spill.SpillException.Kind;
import org.jspecify.annotations.Nullable;

/** What a store has done, and its failures: whoever makes one makes it here, so that each is counted. Thread-safe. */
final class SpillCounters {
    final Tally spilled = new Tally();
    final Tally restored = new Tally();
    final Tally read = new Tally();
    final Tally discarded = new Tally();
    private final String name;

    /** Every kind has one, from the beginning; none is added later. */
    private final Map<Kind, LongAdder> failures = new EnumMap<>(Kind.class);

    SpillCounters(String name) {
        this.name = name;
        for (Kind kind : Kind.values()) {
            failures.put(kind, new LongAdder());
        }
    }

    /** Blocks, and their bytes. */
    static final class Tally {
        private final LongAdder blocks = new LongAdder();
        private final LongAdder bytes = new LongAdder();

        void add(long byteSize) {
            blocks.increment();
            bytes.add(byteSize);
        }

        long blocks() {
            return blocks.sum();
        }

        long bytes() {
            return bytes.sum();
        }
    }

    void count(Kind kind) {
        LongAdder counter = failures.get(kind);
        if (counter != null) {
            counter.increment();
        }
    }

    SpillException failure(Kind kind, String what, @Nullable Throwable cause) {
        count(kind);
        return new SpillException(kind, "spill '" + name + "': " + what, cause);
    }

    /** An exception of a channel: the file may be gone. */
    SpillException failure(Kind kind, String what, IOException cause) {
        boolean missing = cause instanceof NoSuchFileException || cause instanceof FileNotFoundException;
        return failure(missing ? Kind.MISSING : kind, what + ": " + cause, (Throwable) cause);
    }

    SpillException closed() {
        return failure(Kind.CLOSED, "closed (expected: open)", (Throwable) null);
    }

    Map<Kind, Long> failures() {
        Map<Kind, Long> sums = new EnumMap<>(Kind.class);
        failures.forEach((kind, counter) -> sums.put(kind, counter.sum()));
        return sums;
    }
}
