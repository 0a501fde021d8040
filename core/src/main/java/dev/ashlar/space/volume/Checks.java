package dev.ashlar.space.volume;

/** Ranges of arguments, refused in the project's words. */
final class Checks {
    private Checks() {}

    static long atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: at least " + least + ")");
        }
        return value;
    }

    static int inRange(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: from " + least + " to " + most + ")");
        }
        return value;
    }
}
