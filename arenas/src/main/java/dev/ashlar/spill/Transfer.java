package dev.ashlar.spill;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Whole segments to and from a channel, whatever parts it takes and gives them in, and their checksum. */
final class Transfer {
    /** One call of the operating system moves no more. */
    private static final long MAX_CALL_BYTES = 1L << 30;

    /** A channel that takes or gives nothing so often in a row will not do so any more. */
    private static final int MAX_IDLE_CALLS = 16;

    private Transfer() {}

    @FunctionalInterface
    private interface Call {
        int move(ByteBuffer buffer, long position) throws IOException;
    }

    static void write(SpillChannel channel, MemorySegment from, long position) throws IOException {
        move(channel::write, "written", from, position);
    }

    /**
     * Fills a segment.
     *
     * @throws EOFException if the file ends before
     */
    static void read(SpillChannel channel, MemorySegment into, long position) throws IOException {
        move(channel::read, "read", into, position);
    }

    private static void move(Call call, String done, MemorySegment memory, long position) throws IOException {
        long moved = 0;
        int idle = 0;
        while (moved < memory.byteSize()) {
            int count = call.move(chunk(memory, moved), position + moved);
            if (count < 0) {
                throw new EOFException("the file ends at " + (position + moved) + " (expected: "
                        + (position + memory.byteSize()) + " or later)");
            }
            idle = count == 0 ? idle + 1 : 0;
            if (idle == MAX_IDLE_CALLS) {
                throw new IOException(moved + " bytes " + done + ", and then none in " + idle
                        + " calls (expected: " + memory.byteSize() + ")");
            }
            moved += count;
        }
    }

    static int checksum(MemorySegment memory) {
        CRC32C checksum = new CRC32C();
        for (long done = 0; done < memory.byteSize(); done += MAX_CALL_BYTES) {
            checksum.update(chunk(memory, done));
        }
        return (int) checksum.getValue();
    }

    private static ByteBuffer chunk(MemorySegment memory, long from) {
        return memory.asSlice(from, Math.min(MAX_CALL_BYTES, memory.byteSize() - from)).asByteBuffer();
    }
}
