package dev.ashlar.attach;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.attach.AttachException.Reason;
import org.jspecify.annotations.Nullable;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

/**
 * Listens while the process has an open attachable pool, or a published space. One daemon thread accepts, looks once a second whether there still is one, and ends with the last; each
 * request has a daemon thread of its own, and there are {@link Protocol#MAX_CONNECTIONS} at most. Where it can't listen the log says why, once, and nothing else
 * changes: no method throws, none waits for the file system.
 *
 * <p>Who connects is asked from the operating system, and must be the user that owns the directory: the permissions alone would do, this is the second lock.
 */
final class AttachServer {
    private static final long LOOK_MILLIS = 1000;
    private static final System.Logger LOG = System.getLogger("dev.ashlar");

    /** Where to listen, found out when it is needed. */
    @FunctionalInterface
    interface Place {
        SocketDirectory directory() throws IOException;
    }

    private final PoolTable pools = new PoolTable();
    private final SpaceTable spaces = new SpaceTable();
    private final Place place;
    private final Duration patience;
    private final Semaphore slots;
    private boolean isReported;
    private @Nullable Thread acceptor;
    private volatile @Nullable Selector selector;

    AttachServer(Place place, Duration patience, int maxConnections) {
        this.place = place;
        this.patience = patience;
        slots = new Semaphore(maxConnections);
    }

    /** The one of this process. */
    static AttachServer ofProcess() {
        return Holder.SERVER;
    }

    private static final class Holder {
        static final AttachServer SERVER = new AttachServer(
                () -> SocketDirectory.make(SocketDirectory.places(), SocketDirectory.userId()),
                Protocol.PATIENCE,
                Protocol.MAX_CONNECTIONS);
    }

    /** Takes a pool in that was opened; listens from now on, if it does not yet. */
    synchronized void add(MemoryPool pool) {
        pools.add(pool);
        listen();
    }

    /** Takes a space in that is published, and gives its number; listens from now on, if it does not yet. */
    synchronized int add(String name, String unit, Object space) {
        int number = spaces.add(name, unit, space);
        listen();
        return number;
    }

    /** Under the lock. */
    private void listen() {
        if (acceptor == null) {
            acceptor = daemon("ashlar-attach", this::run);
            acceptor.start();
        }
    }

    /** The spaces that are published. */
    SpaceTable spaces() {
        return spaces;
    }

    /** Takes nothing over from the thread that happens to make it: neither its class loader nor its inheritable values. */
    private static Thread daemon(String name, Runnable work) {
        Thread thread = Thread.ofPlatform().daemon().name(name).inheritInheritableThreadLocals(false).unstarted(work);
        thread.setContextClassLoader(null);
        return thread;
    }

    /** The thread that accepts, or null while none does. */
    synchronized @Nullable Thread acceptor() {
        return acceptor;
    }

    /** Has the acceptor look for open pools now. */
    void wakeUp() {
        Selector current = selector;
        if (current != null) {
            current.wakeup();
        }
    }

    private void run() {
        try {
            SocketDirectory directory = place.directory();
            Path socket = directory.socket(ProcessHandle.current().pid());
            try (ServerSocketChannel listener = Sockets.listen(socket); Selector own = Selector.open()) {
                listener.configureBlocking(false);
                listener.register(own, SelectionKey.OP_ACCEPT);
                serve(listener, own, directory, socket);
            }
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    private void serve(ServerSocketChannel listener, Selector own, SocketDirectory directory, Path socket)
            throws IOException {
        Thread cleaner = new Thread(() -> remove(socket), "ashlar-attach-end");
        Runtime.getRuntime().addShutdownHook(cleaner);
        boolean hasEnded = false;
        try {
            selector = own;
            while (!hasEnded) {
                own.select(LOOK_MILLIS);
                own.selectedKeys().clear();
                acceptAll(listener, directory);
                hasEnded = endsUnused(listener, socket);
            }
        } finally {
            removeHook(cleaner);
            if (!hasEnded) {
                remove(socket);
            }
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is shutting down, and runs it.
        }
    }

    /** Ends with the last pool and space. The socket goes under the lock: who opens the next pool starts anew, and must not lose its socket to this thread. */
    private synchronized boolean endsUnused(ServerSocketChannel listener, Path socket) throws IOException {
        if (!pools.isEmpty() || !spaces.isEmpty()) {
            return false;
        }
        listener.close();
        remove(socket);
        selector = null;
        acceptor = null;
        return true;
    }

    private static void remove(Path socket) {
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LOG.log(DEBUG, socket + " stays", e);
        }
    }

    private synchronized void failed(Exception e) {
        selector = null;
        acceptor = null;
        if (!isReported) {
            isReported = true;
            LOG.log(WARNING, "other processes can't attach to the pools of this one, which is all that is wrong: "
                    + e.getMessage());
        }
        LOG.log(DEBUG, "attach", e);
    }

    private void acceptAll(ServerSocketChannel listener, SocketDirectory directory) {
        try {
            for (SocketChannel channel = listener.accept(); channel != null; channel = listener.accept()) {
                accept(channel, directory);
            }
        } catch (IOException e) {
            // No descriptor is left, as a rule. Who connects stays in line; at once again it would be the same.
            LOG.log(DEBUG, "attach: nobody can be let in", e);
            LockSupport.parkNanos(Duration.ofMillis(LOOK_MILLIS).toNanos());
        }
    }

    private void accept(SocketChannel channel, SocketDirectory directory) throws IOException {
        try {
            admit(channel, directory);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            // The error says, as a rule, that there can be no further thread.
            LOG.log(DEBUG, "attach: a connection failed", e);
            channel.close();
        }
    }

    private void admit(SocketChannel channel, SocketDirectory directory) throws IOException {
        if (!Sockets.peer(channel).equals(directory.owner())) {
            channel.close();
            return;
        }
        Connection connection = new Connection(channel);
        if (!slots.tryAcquire()) {
            try (connection) {
                new Answer(connection, Duration.ZERO).error(new AttachException(
                        Reason.NO_ANSWER,
                        "too many requests at a time (expected: a new attempt when others have ended)"));
            }
            return;
        }
        boolean isStarted = false;
        try {
            daemon("ashlar-attach-request", () -> handle(connection)).start();
            isStarted = true;
        } finally {
            if (!isStarted) {
                slots.release();
                connection.close();
            }
        }
    }

    private void handle(Connection connection) {
        try (connection) {
            Answer answer = new Answer(connection, patience);
            try {
                String line = connection.readLine(Protocol.MAX_REQUEST_BYTES, patience);
                if (line != null) {
                    answer.result(Operations.run(new Exchange(pools, spaces, Request.parse(line), connection, answer)));
                }
            } catch (AttachException e) {
                answer.error(e);
            } catch (ProtocolException | EOFException | SocketTimeoutException e) {
                answer.error(new AttachException(Reason.REFUSED,
                        "request: %s (expected: one line of at most %d bytes, within %d s)"
                                .formatted(e.getMessage(), Protocol.MAX_REQUEST_BYTES, patience.toSeconds())));
            } catch (RuntimeException e) {
                answer.error(new AttachException(Reason.REFUSED, messageOf(e)));
                LOG.log(DEBUG, "attach: a request failed", e);
            }
        } catch (IOException e) {
            LOG.log(DEBUG, "attach: the client has gone", e);
        } finally {
            slots.release();
        }
    }

    /** What the pool refuses has a message of its own; the rest should not be, and its class helps to find it. */
    private static String messageOf(RuntimeException e) {
        return e instanceof IllegalArgumentException || e instanceof IllegalStateException
                ? String.valueOf(e.getMessage())
                : e.toString();
    }
}
