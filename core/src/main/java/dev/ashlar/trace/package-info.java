/**
 * Recorded allocation traces: what a program asked of its allocator, call by call, in one compressed file.
 *
 * <p>{@link dev.ashlar.trace.TraceReader} streams a trace and refuses a damaged one with the byte offset and what was
 * expected there. {@link dev.ashlar.trace.TraceWriter} records one. Both describe requests only: no address, no content.
 * The format itself is described in the project's {@code traces/README.md}.
 *
 * <p>Uses nothing but {@code java.base}. Nothing here is safe for concurrent use: a trace is one sequence, and whoever
 * records from several threads orders the calls.
 */
@NullMarked
package dev.ashlar.trace;

import org.jspecify.annotations.NullMarked;
