package dev.ashlar.page;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** A connection that says what a test wants, and no more: also what no proper client would. */
final class Http implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket;
    private final InputStream in;
    private final String host;

    /** Bytes left of a chunk; -1 where there are none. */
    private int chunk = -1;

    /** What came back; header names in lower case. */
    record Answer(int status, Map<String, String> headers, String body) {
        String header(String name) {
            return Objects.requireNonNullElse(headers.get(name), "");
        }
    }

    /** An event of a stream. */
    record Event(String name, String data) {}

    Http(URI uri) throws IOException {
        socket = new Socket(uri.getHost(), uri.getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
        host = uri.getAuthority();
    }

    static Answer get(URI uri, String path, String... headers) throws IOException {
        return ask(uri, "GET", path, headers);
    }

    static Answer ask(URI uri, String method, String path, String... headers) throws IOException {
        try (Http http = new Http(uri)) {
            http.request(method, path, headers);
            return http.answer(!method.equals("HEAD"));
        }
    }

    /** Sends a request, with this host unless the headers name another. */
    void request(String method, String path, String... headers) throws IOException {
        StringBuilder text = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        boolean hasHost = false;
        for (String header : headers) {
            hasHost |= header.startsWith("Host:");
            text.append(header).append("\r\n");
        }
        send(text + (hasHost ? "" : "Host: " + host + "\r\n") + "\r\n");
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    Answer answer(boolean hasBody) throws IOException {
        int status = Integer.parseInt(line().split(" ", 3)[1]);
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            String[] parts = line.split(":", 2);
            headers.put(parts[0].toLowerCase(Locale.ROOT), parts[1].strip());
        }
        String length = headers.get("content-length");
        if (headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
            chunk = 0;
        }
        String body = hasBody && length != null
                ? new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8)
                : "";
        return new Answer(status, headers, body);
    }

    /** The next event of a stream whose answer has been read; throws EOFException if it ends. */
    Event event() throws IOException {
        String name = "";
        for (String line = line(); true; line = line()) {
            if (line.startsWith("event: ")) {
                name = line.substring("event: ".length());
            } else if (line.startsWith("data: ")) {
                return new Event(name, line.substring("data: ".length()));
            }
        }
    }

    Event event(String name) throws IOException {
        Event event = event();
        while (!event.name().equals(name)) {
            event = event();
        }
        return event;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = read(); next != '\n'; next = read()) {
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    /** The next byte of headers, or of a body in chunks. */
    private int read() throws IOException {
        if (chunk == 0) {
            chunk = -1;
            String size = line();
            chunk = Integer.parseInt(size.isEmpty() ? endOfChunk() : size, 16);
            if (chunk == 0) {
                throw new EOFException("the last chunk");
            }
        }
        chunk = Math.max(-1, chunk - 1);
        int next = in.read();
        if (next < 0) {
            throw new EOFException("the connection");
        }
        return next;
    }

    /** A chunk ends with an empty line; then there is the next one's size. */
    private String endOfChunk() throws IOException {
        chunk = -1;
        return line();
    }

    /** Whether the other end closes, without sending anything more. */
    boolean isEnded() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true; // It was reset.
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
