package dev.ashlar.bench.workload;

/** A block does not hold what was written to it. */
final class ContentsException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    ContentsException(String where, long found, long expected) {
        super(where + ": " + found + " (expected: " + expected + ")");
    }
}
