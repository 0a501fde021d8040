package dev.ashlar.metrics;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** A real Prometheus on a free loopback port, which scrapes one target each second and evaluates the alert rules. */
final class PrometheusServer implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Path log;
    private final String base;

    private PrometheusServer(Process process, Path log, int port) {
        this.process = process;
        this.log = log;
        base = "http://127.0.0.1:" + port;
    }

    /** Begins to scrape {@code 127.0.0.1:targetPort/metrics}. */
    static PrometheusServer start(Path folder, int targetPort, Path rules) throws IOException {
        Path config = folder.resolve("prometheus.yml");
        Files.writeString(config, """
                global:
                  scrape_interval: 1s
                  scrape_timeout: 1s
                  evaluation_interval: 1s
                rule_files:
                  - %s
                scrape_configs:
                  - job_name: ashlar
                    static_configs:
                      - targets: ['127.0.0.1:%d']
                """.formatted(rules.toAbsolutePath(), targetPort));
        int port = freePort();
        Path log = folder.resolve("prometheus.log");
        Process process = new ProcessBuilder(
                "prometheus",
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new PrometheusServer(process, log, port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The data of an answer of its API, asked again until it is as wanted: scrapes come when they come. */
    JsonNode await(String path, Predicate<JsonNode> wanted) throws IOException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        String last = "no answer";
        while (process.isAlive() && System.nanoTime() < end) {
            try {
                JsonNode answer = get(path);
                if (answer.path("status").asText().equals("success") && wanted.test(answer.path("data"))) {
                    return answer.path("data");
                }
                last = answer.toString();
            } catch (IOException e) {
                last = e.toString(); // Not listening yet.
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new AssertionError(
                "%s: %s (expected: what was waited for)%n%s".formatted(path, last, Files.readString(log)));
    }

    private JsonNode get(String path) throws IOException {
        try (InputStream in = URI.create(base + path).toURL().openStream()) {
            return JSON.readTree(in);
        }
    }

    /** The result of a query that has one. */
    JsonNode query(String expression) throws IOException {
        String path = "/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);
        return await(path, data -> !data.path("result").isEmpty()).path("result");
    }

    /** The series of a query, second by second, of which there may be none. Times are in seconds. */
    JsonNode queryRange(String expression, long from, long to) throws IOException {
        String query = URLEncoder.encode(expression, StandardCharsets.UTF_8);
        return await("/api/v1/query_range?query=%s&start=%d&end=%d&step=1".formatted(query, from, to), data -> true)
                .path("result");
    }

    @Override
    public void close() {
        process.destroy();
        boolean ended = false;
        try {
            ended = process.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            process.destroyForcibly();
        }
    }
}
