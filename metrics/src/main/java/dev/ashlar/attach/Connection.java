package dev.ashlar.attach;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Lines over a socket, each sent or received within a time that is bounded as a whole: a peer that sends a byte now and then, or takes one, is no better than
 * one that is silent.
 *
 * <p>For one thread, but for {@link #nudge} and {@link #wakeUp}.
 */
final class Connection implements AutoCloseable {
    /** To wait for as long as it takes. */
    static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    private static final int BUFFER_BYTES = 8 << 10;
    private static final byte[] NUDGE = {'\n'};

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final ByteBuffer in = ByteBuffer.allocate(BUFFER_BYTES).flip();

    /** Takes the channel over: closes it with itself, or if this throws. */
    Connection(SocketChannel channel) throws IOException {
        this.channel = channel;
        try {
            channel.configureBlocking(false);
            selector = Selector.open();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        try {
            key = channel.register(selector, SelectionKey.OP_READ);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /**
     * The next line, without its end.
     *
     * @param maxBytes that it may have
     * @return it, or null if there is none any more
     * @throws ProtocolException if it is longer
     * @throws EOFException if the peer ended within a line
     * @throws SocketTimeoutException if it was not there in time
     */
    @Nullable
    String readLine(int maxBytes, Duration patience) throws IOException {
        long deadline = deadline(patience);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            while (in.hasRemaining()) {
                byte next = in.get();
                if (next == '\n') {
                    return line.toString(UTF_8);
                }
                if (line.size() == maxBytes) {
                    throw new ProtocolException("a line of more than " + maxBytes + " bytes");
                }
                line.write(next);
            }
            int count = channel.read(in.clear());
            in.flip();
            if (count < 0) {
                if (line.size() > 0) {
                    throw new EOFException("a line without end");
                }
                return null;
            }
            if (count == 0) {
                await(SelectionKey.OP_READ, deadline);
            }
        }
    }

    /** Waits until the peer sends something or closes its end, or until it is woken up, or for so long; whether there is something to read. */
    boolean awaitInput(Duration patience) throws IOException {
        if (in.hasRemaining()) {
            return true;
        }
        key.interestOps(SelectionKey.OP_READ);
        boolean isReady = selector.select(Math.max(1, patience.toMillis())) > 0;
        selector.selectedKeys().clear();
        return isReady;
    }

    /** Ends an {@link #awaitInput}, of now or the next one. */
    void wakeUp() {
        selector.wakeup();
    }

    /**
     * Sends a line.
     *
     * @throws SocketTimeoutException if the peer did not take it in time
     */
    void writeLine(String line, Duration patience) throws IOException {
        long deadline = deadline(patience);
        ByteBuffer out = UTF_8.encode(line + '\n');
        while (out.hasRemaining()) {
            if (channel.write(out) == 0) {
                await(SelectionKey.OP_WRITE, deadline);
            }
        }
    }

    /** Sends an empty line, if there is room for it. */
    void nudge() throws IOException {
        channel.write(ByteBuffer.wrap(NUDGE));
    }

    private void await(int operation, long deadline) throws IOException {
        long millis = 0;
        if (deadline != Long.MAX_VALUE) {
            long nanos = deadline - System.nanoTime();
            if (nanos <= 0) {
                throw new SocketTimeoutException(
                        operation == SelectionKey.OP_READ ? "nothing came in time" : "nothing was taken in time");
            }
            millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos));
        }
        key.interestOps(operation);
        selector.select(millis);
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted");
        }
    }

    private static long deadline(Duration patience) {
        return patience.equals(FOREVER) ? Long.MAX_VALUE : System.nanoTime() + patience.toNanos();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        selector.close();
    }
}
