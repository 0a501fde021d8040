package dev.ashlar.attach;

import java.time.Duration;

import dev.ashlar.json.RecordJson;

/**
 * What client and server agree on. One request a connection, in UTF-8 and lines that end with {@code \n}:
 *
 * <pre>{@code
 *     {"version":1,"operation":"stats","pool":"query"}          the request: texts by name
 *     {"part":...}                                             any number of lines: progress, or pieces of a text
 *     {"result":...}                                           the last line
 *     {"error":"pool: x (expected: ...)","reason":"NO_POOL"}    or this one
 * }</pre>
 *
 * <p>Records are written by {@link RecordJson}. A client that sends another line, or closes its end, wants an operation that takes long to end. Every version understands
 * the field {@code version} of a request, and {@code error} of an answer, whatever else changes.
 */
final class Protocol {
    /** Counts up when an older peer can't understand what a newer one says. */
    static final int VERSION = 1;

    /** The longest request. */
    static final int MAX_REQUEST_BYTES = 16 << 10;
    /** The longest line of an answer. A thousand arenas take half of a MiB. */
    static final int MAX_ANSWER_BYTES = 16 << 20;
    /** Requests that a process works on at a time; further ones are refused. */
    static final int MAX_CONNECTIONS = 8;
    /** How long a peer may take to send a request, or to take a line of an answer. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    static final String VERSION_FIELD = "version";
    static final String OPERATION_FIELD = "operation";
    static final String PART = "part";
    static final String RESULT = "result";
    static final String ERROR = "error";
    static final String REASON = "reason";

    private Protocol() {}
}
