/**
 * The events that pools write to JDK Flight Recorder. See {@code docs/jfr.md}.
 *
 * <p>Each class is one event, with one static method that writes it. Asked first is one event that is kept for that, so while no recording enables
 * an event it costs one branch, and nothing is made. They are written where a call has left the hot path, with no lock held but where it is said.
 *
 * <p>Lowest layer of the pool's: uses {@code dev.ashlar} alone. Thread-safe.
 */
@NullMarked
package dev.ashlar.event;

import org.jspecify.annotations.NullMarked;
