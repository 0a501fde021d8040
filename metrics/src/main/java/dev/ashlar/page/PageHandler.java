package dev.ashlar.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.ashlar.json.RecordJson;
import dev.ashlar.map.HeapMap;
import dev.ashlar.page.Access.Verdict;
import dev.ashlar.page.Sampler.Frame;
import org.jspecify.annotations.Nullable;

/** Answers requests: the page and its parts, the figures, the map, and the stream of events. */
final class PageHandler implements HttpHandler {
    /** A page that is all its own: no script or style but from here, inside no other page, and no text that becomes markup. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy", POLICY,
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Cache-Control", "no-store");
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final int RETRY_SECONDS = 5;

    private final Access access;
    private final Sampler sampler;
    private final RequestThreads requests;
    private final Map<String, Content> files;

    /** A body and its type. */
    private record Content(String type, String text) {}

    /** Loads the page's parts, so that each is there before anybody asks. */
    PageHandler(Access access, Sampler sampler, RequestThreads requests) throws IOException {
        this.access = access;
        this.sampler = sampler;
        this.requests = requests;
        files = Map.of(
                "/", file(PageHandler.class, "page.html", "text/html; charset=utf-8"),
                "/page.js", file(PageHandler.class, "page.js", "text/javascript; charset=utf-8"),
                "/charts.js", file(PageHandler.class, "charts.js", "text/javascript; charset=utf-8"),
                "/page.css", file(PageHandler.class, "page.css", "text/css; charset=utf-8"),
                "/icon.svg", file(PageHandler.class, "icon.svg", "image/svg+xml"),
                "/map.js", file(HeapMap.class, "map.js", "text/javascript; charset=utf-8"),
                "/map.css", file(HeapMap.class, "map.css", "text/css; charset=utf-8"));
    }

    private static Content file(Class<?> beside, String name, String type) throws IOException {
        try (InputStream in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(
                        "resource " + name + " is missing (expected: beside " + beside.getName() + ")");
            }
            return new Content(type, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            HEADERS.forEach(exchange.getResponseHeaders()::set);
            answer(exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    private void answer(HttpExchange exchange) throws IOException, InterruptedException {
        String path = exchange.getRequestURI().getPath();
        String query = exchange.getRequestURI().getRawQuery();
        Headers answered = exchange.getResponseHeaders();
        Verdict verdict = access.judge(exchange.getRequestHeaders(), query, path.equals("/"));
        if (verdict == Verdict.FOREIGN) {
            send(exchange, 403, "asked by, or as, another site (expected: the host that this listens on)\n");
        } else if (verdict == Verdict.UNAUTHORIZED) {
            answered.set("WWW-Authenticate", "Bearer realm=\"ashlar\"");
            send(exchange, 401, "no token, or a wrong one (expected: ?token=TOKEN, or Authorization: Bearer TOKEN)\n");
        } else if (!exchange.getRequestMethod().equals("GET") && !exchange.getRequestMethod().equals("HEAD")) {
            answered.set("Allow", "GET, HEAD");
            send(exchange, 405, "method: " + exchange.getRequestMethod() + " (expected: GET or HEAD)\n");
        } else if (path.equals("/") && access.hasTokenInQuery(query)) {
            // So that the token is in no history, and on no screen that is shared.
            answered.set("Set-Cookie", access.cookie());
            answered.set("Location", "/");
            send(exchange, 303, "see /\n");
        } else {
            admitted(exchange, path);
        }
    }

    private void admitted(HttpExchange exchange, String path) throws IOException, InterruptedException {
        Content file = files.get(path);
        if (file != null) {
            send(exchange, 200, file);
            return;
        }
        switch (path) {
            case "/figures" -> sendJson(exchange, frame().figures());
            case "/map" -> sendJson(exchange, frame().mapJson());
            case "/map.svg" -> sendPicture(exchange, frame().map());
            case "/events" -> events(exchange);
            default -> send(exchange, 404, "path: not found (expected: /, /figures, /map, /map.svg or /events)\n");
        }
    }

    /** The pool takes the time that it takes: the client is not to blame. */
    private Frame frame() throws InterruptedException {
        requests.noEnd();
        try {
            return sampler.current();
        } finally {
            requests.moreTime();
        }
    }

    private static void sendJson(HttpExchange exchange, String json) throws IOException {
        if (json.isEmpty()) {
            send(exchange, 410, "nothing was seen of the pool (expected: an open pool)\n");
        } else {
            send(exchange, 200, new Content(JSON, json));
        }
    }

    private static void sendPicture(HttpExchange exchange, @Nullable HeapMap map) throws IOException {
        if (map == null) {
            send(exchange, 410, "nothing was seen of the pool (expected: an open pool)\n");
            return;
        }
        StringBuilder text = new StringBuilder();
        map.writeSvg(text);
        // Saved, not shown: its style is its own, which the page's policy forbids here.
        exchange.getResponseHeaders().set("Content-Disposition", "attachment; filename=\"heap-map.svg\"");
        send(exchange, 200, new Content("image/svg+xml", text.toString()));
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        send(exchange, status, new Content(TEXT, text));
    }

    private static void send(HttpExchange exchange, int status, Content content) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        byte[] body = content.text().getBytes(StandardCharsets.UTF_8);
        headers.set("Content-Type", content.type());
        if (exchange.getRequestMethod().equals("HEAD")) {
            headers.set("Content-Length", Integer.toString(body.length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    // Events

    private void events(HttpExchange exchange) throws IOException, InterruptedException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        try (Sampler.Viewer viewer = sampler.join()) {
            if (viewer == null) {
                exchange.getResponseHeaders().set("Retry-After", Integer.toString(RETRY_SECONDS));
                send(exchange, 503, "pages: %d are open (expected: fewer)\n".formatted(Sampler.MOST_VIEWERS));
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                stream(viewer, out);
            }
        }
    }

    /** Until the client has gone, the pool is closed, or the server ends. */
    private void stream(Sampler.Viewer viewer, OutputStream out) throws IOException, InterruptedException {
        write(out, event("points", RecordJson.line(Map.of("points", viewer.points(), "most", Sampler.MOST_POINTS))));
        long mapSeen = 0;
        while (true) {
            requests.noEnd();
            Frame frame = viewer.next();
            requests.moreTime();
            if (frame == null) {
                return;
            }
            StringBuilder events = new StringBuilder();
            if (!frame.figures().isEmpty()) {
                events.append(event("figures", frame.figures()));
            }
            if (frame.mapNumber() > mapSeen) {
                mapSeen = frame.mapNumber();
                events.append(event("map", frame.mapJson()));
            }
            events.append(event("problem", RecordJson.line(Map.of("problem", frame.problem()))));
            if (frame.isPoolClosed()) {
                write(out, events + event("closed", "{}"));
                return;
            }
            write(out, events.toString());
        }
    }

    private static String event(String name, String json) {
        return "event: " + name + "\ndata: " + json + "\n\n";
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
