package dev.ashlar.bench.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/**
 * This process's resident memory as the operating system counts it: {@code VmRSS} in {@code /proc/self/status}, which is the second
 * figure of {@code /proc/self/statm}, in KiB instead of in pages; and {@code VmHWM}, the most that it ever was.
 *
 * <p>Made to be read often: the file stays open, and a reading makes no objects.
 */
public final class ResidentMemory implements AutoCloseable {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final byte[] NOW = "\nVmRSS:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PEAK = "\nVmHWM:".getBytes(StandardCharsets.US_ASCII);

    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 14);

    private ResidentMemory(FileChannel channel) {
        this.channel = channel;
    }

    /** Opens the figure, or answers null where the operating system has no such file. */
    public static @Nullable ResidentMemory openOrNull() throws IOException {
        return Files.isReadable(STATUS) ? new ResidentMemory(FileChannel.open(STATUS)) : null;
    }

    /** Bytes now. Complexity: one system call. */
    public long bytes() throws IOException {
        return read(NOW);
    }

    /** The most bytes since the process began. Complexity: one system call. */
    public long peakBytes() throws IOException {
        return read(PEAK);
    }

    private long read(byte[] label) throws IOException {
        buffer.clear();
        channel.read(buffer, 0);
        buffer.flip();
        int at = indexAfter(label);
        while (buffer.get(at) == ' ' || buffer.get(at) == '\t') {
            at++;
        }
        long kibibytes = 0;
        for (; buffer.get(at) >= '0' && buffer.get(at) <= '9'; at++) {
            kibibytes = kibibytes * 10 + buffer.get(at) - '0';
        }
        return kibibytes * 1024;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private int indexAfter(byte[] label) throws IOException {
        for (int start = 0; start < buffer.limit() - label.length; start++) {
            int matched = 0;
            while (matched < label.length && buffer.get(start + matched) == label[matched]) {
                matched++;
            }
            if (matched == label.length) {
                return start + matched;
            }
        }
        throw new IOException(STATUS + ": no" + new String(label, StandardCharsets.US_ASCII).replace('\n', ' ') + " in "
                + buffer.limit() + " bytes (expected: one)");
    }
}
