package dev.ashlar.attach;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import dev.ashlar.arenas.MemoryPool;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A server of this process in a directory of the test's own, and clients of it, good and bad. Closing closes the pools that it made, and shows no space any more. */
final class Attached implements AutoCloseable {
    static final Duration LONG = Duration.ofMinutes(5);

    final AttachServer server;
    final Path directory;
    final Processes processes;
    private final List<MemoryPool> pools;

    Attached(Path directory, Duration patience, int maxConnections, String... names) throws IOException {
        this.directory = directory.resolve("ashlar");
        long userId = SocketDirectory.userId();
        server = new AttachServer(
                () -> SocketDirectory.make(List.of(this.directory), userId), patience, maxConnections);
        processes = new Processes(List.of(this.directory), userId);
        pools = List.of(names).stream().map(Attached::newPool).toList();
        pools.forEach(server::add);
        if (!pools.isEmpty()) {
            awaitListening();
        }
    }

    Attached(Path directory, String... names) throws IOException {
        this(directory, LONG, Protocol.MAX_CONNECTIONS, names);
    }

    /** Not attachable by itself: a server of the process's own is of no use to a test. */
    static MemoryPool newPool(String name) {
        return MemoryPool.builder().name(name).capacity(32 << 20).arenas(2).attachable(false).build();
    }

    MemoryPool pool() {
        return pools.getFirst();
    }

    Path socket() {
        return directory.resolve(ProcessHandle.current().pid() + ".sock");
    }

    /** Until the thread that listens has come so far. */
    void awaitListening() {
        while (true) {
            try {
                SocketChannel.open(UnixDomainSocketAddress.of(socket())).close();
                return;
            } catch (IOException e) {
                Thread.onSpinWait();
            }
        }
    }

    AttachClient client() {
        return new AttachClient(processes, ProcessHandle.current().pid(), null);
    }

    /** Sends these bytes, and gives all that comes back until the server ends the connection. */
    String raw(String sent, boolean isHalfClosed) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            ByteBuffer bytes = UTF_8.encode(sent);
            try {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } catch (IOException e) {
                // The server had enough before it had all; its answer is there.
            }
            if (isHalfClosed) {
                channel.shutdownOutput();
            }
            return new BufferedReader(Channels.newReader(channel, UTF_8)).readLine();
        }
    }

    @Override
    public void close() throws IOException {
        pools.forEach(MemoryPool::close);
        server.spaces().live().forEach(space -> server.spaces().remove(space.number()));
        Thread acceptor = server.acceptor();
        server.wakeUp();
        try {
            if (acceptor != null) {
                acceptor.join();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        if (Files.isDirectory(directory)) {
            Files.deleteIfExists(socket());
        }
    }
}
