package dev.ashlar.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.metrics.AshlarMetrics;
import dev.ashlar.metrics.SpillMetrics;
import dev.ashlar.spill.SpillStore;
import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A pool's meters for Prometheus, on this machine alone, as an application would serve them. Scrapes come one after the other. */
final class PrometheusEndpoint implements AutoCloseable {
    private static final String PATH = "/metrics";
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int WRONG_METHOD = 405;
    private static final long NO_BODY = -1;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AshlarMetrics metrics;
    private final HttpServer server;

    /**
     * Serves them from now on.
     *
     * @param port 0: any that is free
     * @throws IOException if the port can't be had
     */
    PrometheusEndpoint(MemoryPool pool, SpillStore spill, int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        metrics = new AshlarMetrics(pool, List.<Tag>of()).withArenas(true).withBudgets(true);
        metrics.bindTo(registry);
        new SpillMetrics(spill, List.of()).bindTo(registry);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Where they are. */
    URI uri() {
        InetSocketAddress address = server.getAddress();
        return URI.create("http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + PATH);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(PATH)) {
                exchange.sendResponseHeaders(NOT_FOUND, NO_BODY);
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                exchange.sendResponseHeaders(WRONG_METHOD, NO_BODY);
            } else {
                byte[] text = registry.scrape().getBytes(UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
                exchange.sendResponseHeaders(OK, text.length);
                exchange.getResponseBody().write(text);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        metrics.close();
        registry.close();
    }
}
