package dev.ashlar.page;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import com.sun.net.httpserver.HttpServer;
import dev.ashlar.arenas.MemoryPool;
import org.jspecify.annotations.Nullable;

/**
 * Serves a page that shows a pool as it is: its map, curves of its memory and of what it serves, arenas, budgets, defragmentations, and what the doctor finds.
 *
 * <pre>{@code
 *     try (HeapMapServer server = HeapMapServer.builder(pool).start()) {
 *         System.out.println(server.uri());
 *         ...
 *     }
 * }</pre>
 *
 * <p><b>Who sees it.</b> Nothing listens unless this is started; then on the loopback interface and a free port. Any user of this machine can reach that, unless there
 * is a {@linkplain Builder#token token}; other interfaces are refused without one. Requests by another host name than the loopback's are refused there, so that no web site can have a
 * browser read the page (DNS rebinding). The page changes nothing in the pool, and loads nothing from elsewhere. It is not encrypted.
 *
 * <p><b>What it costs.</b> Nothing while nobody looks. Else one thread reads the figures once an {@linkplain Builder#interval interval}, however many look, in O(caches + arenas +
 * budgets); it walks the pool ({@link MemoryPool#walkRegions}), and asks for resident memory, as often, but each for a twentieth of the time at most. The last {@value
 * Sampler#MOST_POINTS} figures are kept, so that a page that is opened later has curves at once.
 *
 * <p>The pool is held weakly. Once it is closed or collected, the page says so and shows the last figures. No thread of the server keeps the JVM from ending. Thread-safe.
 */
public final class HeapMapServer implements AutoCloseable {
    private static final int TOKEN_BYTES = 16;

    private final HttpServer http;
    private final RequestThreads requests;
    private final Sampler sampler;
    private final URI uri;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    private HeapMapServer(MemoryPool pool, Builder settings) throws IOException {
        InetAddress address = settings.address;
        http = HttpServer.create(new InetSocketAddress(address, settings.port), 0);
        int port = http.getAddress().getPort();
        uri = uri(address, port, settings.token);
        requests = new RequestThreads(settings.patience);
        sampler = new Sampler(new PoolReader(new WeakReference<>(pool), settings.interval, System::nanoTime),
                settings.interval, System::nanoTime);
        try {
            Access access = new Access(address, port, settings.token);
            http.createContext("/", new PageHandler(access, sampler, requests));
            http.setExecutor(requests);
            startWithDaemon();
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** The server's thread is a daemon if the one that starts it is. */
    private void startWithDaemon() {
        CompletableFuture.runAsync(http::start, task -> {
            Thread thread =
                    Thread.ofPlatform().daemon().name("ashlar-page-start").inheritInheritableThreadLocals(false)
                            .unstarted(task);
            thread.setContextClassLoader(null);
            thread.start();
        }).join();
    }

    private static URI uri(InetAddress address, int port, @Nullable String token) {
        InetAddress reachable = address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
        return URI.create(
                "http://" + literal(reachable) + ":" + port + "/" + (token == null ? "" : "?token=" + token));
    }

    /** As hosts are written in addresses of pages: without the scope of a link-local one, which only this machine knows. */
    static String literal(InetAddress address) {
        String host = address.getHostAddress().replaceFirst("%.*", "");
        return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }

    /**
     * Settings of a server that is not started yet: loopback, a free port, no token, once a second.
     *
     * @param pool that is shown
     */
    public static Builder builder(MemoryPool pool) {
        return new Builder(pool);
    }

    /** A token that nobody guesses: 128 random bits, as 32 digits and letters. */
    public static String newToken() {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Where the page is, with the token if there is one. For a server on all interfaces: where it is for this machine. */
    public URI uri() {
        return uri;
    }

    /** For tests: how often the pool was read. */
    long readings() {
        return sampler.readings();
    }

    /** For tests: how many look. */
    int viewers() {
        return sampler.viewers();
    }

    /** For tests: how many requests are being answered. */
    int requests() {
        return requests.running();
    }

    /** For tests: whether the pool is read again and again. */
    boolean isReading() {
        return sampler.isReading();
    }

    /** Ends all connections and threads of the server, and waits for them, some seconds at most. Closing again does nothing. */
    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            sampler.close();
            http.stop(0);
            requests.close();
        }
    }

    /** What a server is to be like. Not thread-safe. */
    public static final class Builder {
        private static final Duration SHORTEST = Duration.ofMillis(100);
        private static final Duration LONGEST = Duration.ofMinutes(1);
        private static final int MOST_PORT = 65_535;

        private final MemoryPool pool;
        private InetAddress address = InetAddress.getLoopbackAddress();
        private int port;
        private @Nullable String token;
        private Duration interval = Duration.ofSeconds(1);
        private Duration patience = RequestThreads.PATIENCE;

        private Builder(MemoryPool pool) {
            this.pool = Objects.requireNonNull(pool, "pool");
        }

        /**
         * Where to listen; a free port if it is 0, or nothing is said.
         *
         * @throws IllegalArgumentException if it is not between 0 and 65,535
         */
        public Builder port(int number) {
            if (number < 0 || number > MOST_PORT) {
                throw new IllegalArgumentException("port: %d (expected: 0 to %d)".formatted(number, MOST_PORT));
            }
            port = number;
            return this;
        }

        /** On which of the machine's addresses to listen; on any but the loopback's with a token alone. */
        public Builder address(InetAddress one) {
            address = Objects.requireNonNull(one, "address");
            return this;
        }

        /**
         * What a browser must know to see anything: as {@code ?token=} in the page's address, or in a header {@code Authorization: Bearer}.
         *
         * @param secret 16 to 128 letters, digits, and {@code - . _ ~}, as of {@link #newToken}
         * @throws IllegalArgumentException if it is not
         */
        public Builder token(String secret) {
            Access.checkToken(secret);
            token = secret;
            return this;
        }

        /**
         * How often the page is brought up to date while somebody looks.
         *
         * @throws IllegalArgumentException if it is not between 100 ms and a minute
         */
        public Builder interval(Duration time) {
            if (time.compareTo(SHORTEST) < 0 || time.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException(
                        "interval: %s (expected: %s to %s)".formatted(time, SHORTEST, LONGEST));
            }
            interval = time;
            return this;
        }

        /** For tests: how long a client may take. */
        Builder patience(Duration time) {
            patience = time;
            return this;
        }

        /**
         * Listens from now on.
         *
         * @throws IOException if it can't: the port is taken, or the address not this machine's
         * @throws IllegalStateException if the address is not the loopback's and there is no token, or the pool is closed
         */
        public HeapMapServer start() throws IOException {
            if (!address.isLoopbackAddress() && token == null) {
                throw new IllegalStateException(
                        "address: %s without a token (expected: a loopback address, or a token)"
                                .formatted(address.getHostAddress()));
            }
            if (pool.isClosed()) {
                throw new IllegalStateException("pool '%s' is closed (expected: open)".formatted(pool.name()));
            }
            return new HeapMapServer(pool, this);
        }
    }
}
