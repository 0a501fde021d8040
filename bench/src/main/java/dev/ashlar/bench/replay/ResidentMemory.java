package dev.ashlar.bench.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/**
 * This process's resident memory as the operating system counts it: {@code VmRSS} in {@code /proc/self/status}, which is the second
 * figure of {@code /proc/self/statm}, in KiB instead of in pages.
 *
 * <p>Made to be read often: the file stays open, and a reading makes no objects.
 */
final class ResidentMemory implements AutoCloseable {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final byte[] LABEL = "\nVmRSS:".getBytes(StandardCharsets.US_ASCII);

    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 14);

    private ResidentMemory(FileChannel channel) {
        this.channel = channel;
    }

    /** Opens the figure, or answers null where the operating system has no such file. */
    static @Nullable ResidentMemory openOrNull() throws IOException {
        return Files.isReadable(STATUS) ? new ResidentMemory(FileChannel.open(STATUS)) : null;
    }

    /** Bytes now. Complexity: one system call. */
    long bytes() throws IOException {
        buffer.clear();
        channel.read(buffer, 0);
        buffer.flip();
        int at = indexAfterLabel();
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

    private int indexAfterLabel() throws IOException {
        for (int start = 0; start < buffer.limit() - LABEL.length; start++) {
            int matched = 0;
            while (matched < LABEL.length && buffer.get(start + matched) == LABEL[matched]) {
                matched++;
            }
            if (matched == LABEL.length) {
                return start + matched;
            }
        }
        throw new IOException(STATUS + ": no VmRSS in " + buffer.limit() + " bytes (expected: VmRSS)");
    }
}
