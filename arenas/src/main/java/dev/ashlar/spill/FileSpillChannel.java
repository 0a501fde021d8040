package dev.ashlar.spill;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

import dev.ashlar.lock.LockRank;

/**
 * A file of its own, made by this and deleted at its close.
 *
 * <p>An interrupt closes a {@link FileChannel} under all threads that use it. That one query is cancelled must not take the others' blocks: the file is opened
 * again, the call is made again, which is harmless at a position, and the interrupt is kept for whoever looks at it.
 */
final class FileSpillChannel implements SpillChannel {
    private final Path file;
    private final Set<StandardOpenOption> options;
    private final ReentrantLock opening = new ReentrantLock();
    private volatile FileChannel channel;
    private boolean closed;

    private FileSpillChannel(Path file, Set<StandardOpenOption> options, FileChannel channel) {
        this.file = file;
        this.options = options;
        this.channel = channel;
    }

    /**
     * Makes a file.
     *
     * @param sync whether each write is to reach the device before it returns
     * @throws java.nio.file.FileAlreadyExistsException if there is one of that name
     */
    static FileSpillChannel create(Path file, boolean sync) throws IOException {
        Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (sync) {
            options.add(StandardOpenOption.DSYNC);
        }
        Set<OpenOption> first = Set.of(options.toArray(OpenOption[]::new));
        Set<OpenOption> creating = new java.util.HashSet<>(first);
        creating.add(StandardOpenOption.CREATE_NEW);
        return new FileSpillChannel(file, options, FileChannel.open(file, creating));
    }

    @FunctionalInterface
    private interface Call {
        int on(FileChannel channel) throws IOException;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
        int start = source.position();
        return again(open -> open.write(source.position(start), position));
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        int start = target.position();
        return again(open -> open.read(target.position(start), position));
    }

    @Override
    public void truncate(long byteSize) throws IOException {
        again(open -> {
            open.truncate(byteSize);
            return 0;
        });
    }

    @Override
    public void force() throws IOException {
        again(open -> {
            open.force(false);
            return 0;
        });
    }

    @Override
    public long usableBytes() throws IOException {
        return Files.getFileStore(file).getUsableSpace();
    }

    private int again(Call call) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                FileChannel open = channel;
                try {
                    return call.on(open);
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    reopen(open, e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // Another thread may have opened it meanwhile.
    private void reopen(FileChannel found, ClosedChannelException e) throws IOException {
        assert LockRank.SPILL_CHANNEL.mayEnter();
        opening.lock();
        try {
            if (closed) {
                throw e;
            }
            if (channel == found) {
                channel = FileChannel.open(file, options);
            }
        } finally {
            opening.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        assert LockRank.SPILL_CHANNEL.mayEnter();
        opening.lock();
        try {
            closed = true;
            channel.close();
            Files.deleteIfExists(file);
        } finally {
            opening.unlock();
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
