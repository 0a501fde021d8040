package dev.ashlar.bench.replay;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A decoded trace as a file, for processes that replay it at once, in Java and in C.
 *
 * <pre>
 *   4 bytes     events
 *   4 bytes     blocks
 *   8 bytes     each event: size, alignment and op, packed as in FlatTrace
 *   4 bytes     each event: its block
 * </pre>
 *
 * <p>In the machine's byte order: the file is for this machine, and for now.
 */
public final class FlatTraceFile {
    private static final int HEADER_BYTES = 2 * Integer.BYTES;
    private static final int EVENT_BYTES = Long.BYTES + Integer.BYTES;
    private static final int MAX_EVENTS = (Integer.MAX_VALUE - HEADER_BYTES) / EVENT_BYTES;

    private FlatTraceFile() {}

    /**
     * Decodes a trace into a file.
     *
     * @param trace an ATRC file
     * @param flat to write
     * @return number of events
     * @throws dev.ashlar.trace.TraceFormatException if the first is no well-formed trace
     * @throws IOException if a file can't be read or written, or the trace has too many events for one mapping
     */
    public static long write(Path trace, Path flat) throws IOException {
        FlatTrace decoded = FlatTrace.read(trace);
        int events = decoded.eventCount();
        if (events > MAX_EVENTS) {
            throw new IOException(trace + ": " + events + " events (expected: at most " + MAX_EVENTS + ")");
        }
        try (FileChannel channel = FileChannel.open(
                flat, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer buffer =
                    channel.map(FileChannel.MapMode.READ_WRITE, 0, HEADER_BYTES + (long) events * EVENT_BYTES);
            buffer.order(ByteOrder.nativeOrder());
            buffer.putInt(events).putInt(decoded.blockCount());
            for (int event = 0; event < events; event++) {
                buffer.putLong(decoded.operation(event));
            }
            for (int event = 0; event < events; event++) {
                buffer.putInt(decoded.block(event));
            }
        }
        return events;
    }

    static FlatTrace read(Path flat) throws IOException {
        try (FileChannel channel = FileChannel.open(flat, StandardOpenOption.READ)) {
            // Unmapped at once, and not when the collector gets to it: or else its pages would count as resident for a while.
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
                int events = file.get(ValueLayout.JAVA_INT, 0);
                int blockCount = file.get(ValueLayout.JAVA_INT, Integer.BYTES);
                long blocksOffset = HEADER_BYTES + (long) events * Long.BYTES;
                return new FlatTrace(
                        file.asSlice(HEADER_BYTES, (long) events * Long.BYTES).toArray(ValueLayout.JAVA_LONG),
                        file.asSlice(blocksOffset, (long) events * Integer.BYTES).toArray(ValueLayout.JAVA_INT),
                        blockCount);
            }
        }
    }
}
