package dev.ashlar.bench.replay;

/** Thrown when a checked pass finds that an allocator broke its contract. */
final class CheckFailedException extends ReplayException {
    private static final long serialVersionUID = 1L;

    private final long event;

    CheckFailedException(long event, String message, Throwable cause) {
        super(message, cause);
        this.event = event;
    }

    CheckFailedException(long event, String message) {
        super(message);
        this.event = event;
    }

    /**
     * The event at which the fault was found; it was made there or before.
     *
     * @return the event's number, 0 for the first; the number of events if it was found after the last one
     */
    long event() {
        return event;
    }
}
