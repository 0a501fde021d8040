package dev.ashlar.trace;

/**
 * The totals at the start of a trace. Always {@code 0 <= blocks <= events}, and {@code threads > 0} if there are events.
 *
 * @param threads thread indexes run from 0 to {@code threads - 1}; a thread may have no event
 * @param events number of events
 * @param blocks number of blocks allocated; their ids run from 0 to {@code blocks - 1} in order of allocation
 * @param peakLiveBytes the most bytes requested and not yet freed after any one event
 */
public record TraceHeader(int threads, long events, long blocks, long peakLiveBytes) {
    /**
     * Checks the totals against each other.
     *
     * @throws IllegalArgumentException if a total is negative, {@code blocks > events}, or there are events but no thread
     */
    public TraceHeader {
        if (events < 0) {
            throw new IllegalArgumentException("events: " + events + " (expected: 0 or more)");
        }
        if (threads < leastThreads(events)) {
            throw new IllegalArgumentException(
                    "threads: " + threads + " (expected: " + leastThreads(events) + " or more)");
        }
        if (blocks < 0 || blocks > events) {
            throw new IllegalArgumentException("blocks: " + blocks + " (expected: 0 to " + events + ", the events)");
        }
        if (peakLiveBytes < 0) {
            throw new IllegalArgumentException("peakLiveBytes: " + peakLiveBytes + " (expected: 0 or more)");
        }
    }

    /** Every event has a thread, so only an empty trace may have none. */
    static int leastThreads(long events) {
        return events == 0 ? 0 : 1;
    }
}
