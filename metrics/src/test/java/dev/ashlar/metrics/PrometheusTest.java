package dev.ashlar.metrics;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.MemoryPool;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Names, rules and the dashboard, as a real Prometheus sees them. */
class PrometheusTest {
    private static final Path DASHBOARDS =
            Path.of(System.getProperty("ashlar.home", "..")).resolve("metrics/dashboards");
    private static final Path RULES = DASHBOARDS.resolve("ashlar-alerts.yml");
    private static final Path RULE_TESTS = DASHBOARDS.resolveSibling("src/test/prometheus/ashlar-alerts-test.yml");
    private static final int SCRAPES = 4;

    private static JsonNode dashboard = new ObjectMapper().nullNode();

    @BeforeAll
    static void readDashboard() throws IOException {
        dashboard = new ObjectMapper().readTree(DASHBOARDS.resolve("ashlar-pools.json").toFile());
    }

    private static void assumeInstalled(String program) {
        boolean found;
        try {
            found = run(List.of(program, "--version"), "").status() == 0;
        } catch (IOException e) {
            found = false;
        }
        assumeTrue(found, program + " is not installed (Debian's package prometheus has it)");
    }

    private record Outcome(int status, String output) {}

    private static Outcome run(List<String> command, String input) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.onExit().join().exitValue(), output);
    }

    /** A pool with all meters, and something to see in each. */
    private static MemoryPool pool(PrometheusMeterRegistry registry) {
        MemoryPool pool =
                BoundPool.quiet("orders").capacity(64 * BoundPool.MIB).regionSize(BoundPool.MIB).arenas(2).build();
        Budget budget = pool.openBudget("sort", 1_000_000);
        budget.allocateAddress(300_000);
        budget.reserve(500_000);
        assertThrows(PoolExhaustedException.class, () -> budget.allocateAddress(2_000_000));
        work(pool);
        new AshlarMetrics(pool, List.of()).withArenas(true).bindTo(registry);
        return pool;
    }

    private static void work(MemoryPool pool) {
        List<Long> blocks = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            blocks.add(pool.allocateAddress(i % 20 == 0 ? 20_000 : 50 + i % 700));
        }
        for (int i = 0; i < blocks.size(); i += 2) {
            pool.freeAddress(blocks.get(i));
        }
    }

    @Test
    void exposition_isAsPrometheusWantsIt() throws IOException {
        assumeInstalled("promtool");
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (MemoryPool pool = pool(registry)) {
            assertFalse(pool.isClosed());
            Outcome outcome = run(List.of("promtool", "check", "metrics"), registry.scrape());
            assertEquals(new Outcome(0, ""), outcome);
        }
    }

    @Test
    void rules_areSound_andEachFiresWhenItShould() throws IOException {
        assumeInstalled("promtool");
        Outcome checked = run(List.of("promtool", "check", "rules", RULES.toString()), "");
        assertEquals(0, checked.status(), checked::output);
        Outcome tested = run(List.of("promtool", "test", "rules", RULE_TESTS.toString()), "");
        assertEquals(0, tested.status(), tested::output);
        assertEquals(matches("alert: (\\w+)", RULES), matches("alertname: (\\w+)", RULE_TESTS));
    }

    private static Set<String> matches(String pattern, Path file) throws IOException {
        return matches(pattern, Files.readString(file));
    }

    private static Set<String> matches(String pattern, String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    @Test
    void dashboard_isSelfContained() {
        assertTrue(dashboard.path("schemaVersion").asInt() >= 36);
        Set<String> variables = new HashSet<>();
        dashboard.path("templating").path("list").forEach(each -> variables.add(each.path("name").asText()));
        assertEquals(Set.of("datasource", "pool"), variables);
        Set<Integer> ids = new HashSet<>();
        for (JsonNode panel : dashboard.path("panels")) {
            String title = panel.path("title").asText();
            assertTrue(ids.add(panel.path("id").asInt()), title);
            if (!panel.path("type").asText().equals("row")) {
                assertEquals("${datasource}", panel.path("datasource").path("uid").asText(), title);
                assertFalse(panel.path("description").asText().isEmpty(), title);
                assertFalse(panel.path("fieldConfig").path("defaults").path("unit").asText().isEmpty(), title);
                assertFalse(panel.path("targets").isEmpty(), title);
            }
        }
    }

    /** Panels have places of their own in the grid of 24 columns. */
    @Test
    void dashboard_panelsDoNotOverlap() {
        Set<String> cells = new HashSet<>();
        for (JsonNode panel : dashboard.path("panels")) {
            JsonNode place = panel.path("gridPos");
            assertTrue(place.path("x").asInt() + place.path("w").asInt() <= 24, panel.path("title")::asText);
            for (int x = 0; x < place.path("w").asInt(); x++) {
                for (int y = 0; y < place.path("h").asInt(); y++) {
                    String cell = (place.path("x").asInt() + x) + "," + (place.path("y").asInt() + y);
                    assertTrue(cells.add(cell), () -> panel.path("title").asText() + ": " + cell + " is taken");
                }
            }
        }
    }

    private static List<String> expressions() {
        List<String> expressions = new ArrayList<>();
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                expressions.add(target.path("expr").asText());
            }
        }
        return expressions;
    }

    @Test
    void everyExpression_hasDataInARealPrometheus(@TempDir Path folder) throws IOException, InterruptedException {
        assumeInstalled("prometheus");
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        CountDownLatch scrapes = new CountDownLatch(SCRAPES);
        HttpServer target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        try (MemoryPool pool = pool(registry)) {
            target.createContext("/metrics", exchange -> {
                work(pool);
                answer(exchange, registry.scrape());
                scrapes.countDown();
            });
            target.start();
            try (PrometheusServer prometheus = PrometheusServer.start(folder, target.getAddress().getPort(), RULES)) {
                assertTrue(scrapes.await(2, TimeUnit.MINUTES), () -> "scrapes missing: " + scrapes.getCount());
                check(prometheus);
            }
        } finally {
            target.stop(0);
        }
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
        exchange.sendResponseHeaders(200, body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private static void check(PrometheusServer prometheus) throws IOException {
        prometheus.await("/api/v1/query?query=count_over_time(ashlar_pool_memory_committed_bytes%5B1m%5D)",
                data -> data.path("result").path(0).path("value").path(1).asInt() >= SCRAPES - 1);
        prometheus.await("/api/v1/label/pool/values",
                values -> values.size() == 1 && values.path(0).asText().equals("orders"));
        List<String> expressions = expressions();
        assertTrue(expressions.size() > 50, expressions::toString);
        for (String expression : expressions) {
            String filled =
                    expression.replace("$pool", ".+").replace("$__rate_interval", "1m").replace("$__range", "1m");
            assertFalse(filled.contains("$"), filled);
            for (JsonNode sample : prometheus.query(filled)) {
                assertEquals("orders", sample.path("metric").path("pool").asText(), filled);
                assertTrue(Double.isFinite(Double.parseDouble(sample.path("value").path(1).asText())), filled);
            }
        }
        assertTrue(value(prometheus, "sum(rate(ashlar_pool_allocations_total[1m]))") > 0);
        prometheus.await("/api/v1/rules", data -> isHealthy(data.path("groups").path(0).path("rules")));
    }

    private static double value(PrometheusServer prometheus, String expression) throws IOException {
        return Double.parseDouble(prometheus.query(expression).path(0).path("value").path(1).asText());
    }

    private static boolean isHealthy(JsonNode rules) {
        boolean healthy = !rules.isEmpty();
        for (JsonNode rule : rules) {
            healthy &= rule.path("health").asText().equals("ok");
        }
        return healthy;
    }

    /** What is scraped is on the dashboard, in an alert, or one of a few that are neither. */
    @Test
    void everyMeter_isOnTheDashboardOrInAnAlert() throws IOException {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        String shown = String.join("\n", expressions()) + Files.readString(RULES);
        try (MemoryPool pool = pool(registry)) {
            assertFalse(pool.isClosed());
            Set<String> names = matches("(?m)^(ashlar_\\w+)\\{", registry.scrape());
            names.removeIf(name -> Pattern.compile("\\b" + name + "\\b").matcher(shown).find());
            assertEquals(
                    Set.of(
                            "ashlar_arena_fenced_arenas",
                            "ashlar_arena_memory_committed_bytes",
                            "ashlar_arena_memory_free_largest_bytes",
                            "ashlar_arena_memory_overhead_bytes",
                            "ashlar_arena_served_blocks_total",
                            "ashlar_arena_served_cells_total"),
                    names);
        }
    }
}
