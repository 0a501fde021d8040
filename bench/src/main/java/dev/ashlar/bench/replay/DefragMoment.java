package dev.ashlar.bench.replay;

import dev.ashlar.DefragReport;
import org.jspecify.annotations.Nullable;

/**
 * A defragmentation in the course of a replay.
 *
 * @param trace that was replayed
 * @param when in words
 * @param events that were replayed until then
 * @param liveBytes usable bytes of the live blocks
 * @param residentBefore resident bytes of the pool's reservation before it, tables included, as {@code smaps} has them; null where there is none
 * @param residentAfter the same after it
 * @param report of it
 */
public record DefragMoment(
        String trace,
        String when,
        long events,
        long liveBytes,
        @Nullable Long residentBefore,
        @Nullable Long residentAfter,
        DefragReport report) {}
