package dev.ashlar.bench.replay;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** Assertions on what an exception says. */
final class Messages {
    private Messages() {}

    static void assertSays(String part, Throwable e) {
        assertTrue(String.valueOf(e.getMessage()).contains(part),
                () -> e + " (expected: a message with \"" + part + "\")");
    }
}
