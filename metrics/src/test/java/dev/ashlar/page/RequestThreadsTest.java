package dev.ashlar.page;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class RequestThreadsTest {
    private static final Duration LONG = Duration.ofDays(1);
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final int PATIENCE_SECONDS = 60;

    /** Writes until it can't, to a client that reads nothing, and returns why not. */
    private static Exception writeForever(RequestThreads threads) throws Exception {
        CompletableFuture<Exception> end = new CompletableFuture<>();
        try (ServerSocketChannel listener =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                Socket client = new Socket(InetAddress.getLoopbackAddress(), listener.socket().getLocalPort());
                SocketChannel channel = listener.accept()) {
            assertTrue(client.isConnected());
            threads.execute(() -> {
                try {
                    OutputStream out = Channels.newOutputStream(channel);
                    while (true) {
                        out.write(new byte[1 << 16]);
                    }
                } catch (IOException e) {
                    end.complete(e);
                }
            });
            return end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Test
    void execute_clientReadsNothing_isEnded() throws Exception {
        try (RequestThreads threads = new RequestThreads(SHORT)) {
            assertInstanceOf(ClosedByInterruptException.class, writeForever(threads));
        }
    }

    @Test
    void noEnd_takesLong_isNotEnded() throws Exception {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        CompletableFuture<Boolean> other = new CompletableFuture<>();
        try (RequestThreads threads = new RequestThreads(SHORT)) {
            CountDownLatch hasNoEnd = new CountDownLatch(1);
            CountDownLatch otherEnded = new CountDownLatch(1);
            threads.execute(() -> {
                threads.noEnd();
                hasNoEnd.countDown();
                interrupted.complete(!passes(otherEnded));
            });
            assertTrue(hasNoEnd.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
            // One that began later is ended meanwhile: the clock runs.
            threads.execute(() -> other.complete(!passes(new CountDownLatch(1))));
            assertTrue(other.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
            otherEnded.countDown();
            assertEquals(false, interrupted.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
    }

    private static boolean passes(CountDownLatch latch) {
        try {
            return latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }

    @Test
    void execute_tooMany_isRefused() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (RequestThreads threads = new RequestThreads(LONG)) {
            for (int i = 0; i < RequestThreads.MOST; i++) {
                threads.execute(() -> passes(go));
            }
            assertEquals(
                    "requests: more than 64 at a time",
                    assertThrows(RejectedExecutionException.class, () -> threads.execute(() -> {})).getMessage());
            go.countDown();
        }
    }

    @Test
    void close_whatRuns_isInterrupted() throws Exception {
        CountDownLatch isRunning = new CountDownLatch(1);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        RequestThreads threads = new RequestThreads(LONG);
        threads.execute(() -> {
            isRunning.countDown();
            interrupted.complete(!passes(new CountDownLatch(1)));
        });
        assertTrue(isRunning.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        threads.close();
        assertTrue(interrupted.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertEquals(0, threads.running());
        assertThrows(RejectedExecutionException.class, () -> threads.execute(() -> {}));
        assertEquals(0, threads.running());
    }
}
