package dev.ashlar.bench.aggregation;

/** The result is not that of the aggregation on the heap. */
public final class WrongResultException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongResultException(String message) {
        super(message);
    }
}
