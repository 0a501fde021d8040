package dev.ashlar.attach;

import dev.ashlar.RecordingEnd;
import org.jspecify.annotations.Nullable;

/**
 * A recording, running or ended.
 *
 * @param file of the trace, absolute
 * @param events in the trace so far
 * @param bytes that these take before they are compressed
 * @param droppedEvents that came in and were not written any more, as the recording had ended
 * @param liveBytesAtStart usable bytes that were live when it began, of which the trace knows nothing
 * @param end why it ended, or null while it runs
 */
public record RecordingFigures(
        String file, long events, long bytes, long droppedEvents, long liveBytesAtStart, @Nullable RecordingEnd end) {}
