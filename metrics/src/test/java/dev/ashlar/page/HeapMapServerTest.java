package dev.ashlar.page;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

import javax.xml.parsers.DocumentBuilderFactory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ashlar.HeapStatistics;
import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.map.HeapMap;
import dev.ashlar.page.Http.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The server as any client may see it, without a browser. */
class HeapMapServerTest {
    private static final Duration FAST = Duration.ofMillis(100);
    private static final Duration SLOW = Duration.ofMinutes(1);
    private static final String TOKEN = "correct-horse-battery";
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    static MemoryPool pool() {
        return MemoryPool.builder().name("orders").capacity(32 << 20).regionSize(1 << 20).arenas(2)
                .reclaimPeriod(Duration.ofDays(1)).build();
    }

    static HeapMapServer start(MemoryPool pool, Duration interval) throws IOException {
        return HeapMapServer.builder(pool).interval(interval).start();
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, what);
            LockSupport.parkNanos(1_000_000);
        }
    }

    // What is answered

    @ParameterizedTest
    @ValueSource(strings = {"/", "/page.js", "/charts.js", "/page.css", "/map.js", "/map.css", "/icon.svg", "/figures",
        "/map", "/map.svg", "/nowhere"})
    void get_anyPath_hasStrictHeaders(String path) throws IOException {
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, SLOW)) {
            Answer answer = Http.get(server.uri(), path);
            assertEquals(path.equals("/nowhere") ? 404 : 200, answer.status());
            String policy = answer.header("content-security-policy");
            assertTrue(policy.startsWith("default-src 'none'; script-src 'self'; style-src 'self';"), policy);
            assertFalse(policy.contains("unsafe"), policy);
            assertFalse(policy.contains("http"), policy);
            assertEquals("nosniff", answer.header("x-content-type-options"));
            assertEquals("no-referrer", answer.header("referrer-policy"));
            assertEquals("no-store", answer.header("cache-control"));
            assertEquals("same-origin", answer.header("cross-origin-resource-policy"));
        }
    }

    @Test
    void get_page_refersToNothingElsewhere() throws IOException {
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, SLOW)) {
            String page = Http.get(server.uri(), "/").body();
            assertTrue(page.startsWith("<!DOCTYPE html>\n<html lang=\"en\">"), page);
            assertFalse(page.contains("//"), "an address");
            assertFalse(page.contains(" style="), "a style in the markup");
            assertFalse(page.contains("<style"), "a style in the page");
            assertFalse(Pattern.compile(" on[a-z]+=").matcher(page).find(), "a handler in the markup");
            assertFalse(page.contains("<script>"), "a script in the page");
        }
    }

    @Test
    void figures_quietPool_areThePools() throws IOException {
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, SLOW)) {
            Budget budget = pool.openBudget("sort", 1 << 20);
            budget.allocateAddress(5000);
            pool.allocateAddress(100_000);
            pool.freeAddress(pool.allocateAddress(100));
            pool.defragment().join();
            HeapStatistics memory = pool.statistics().memory();
            JsonNode figures = JSON.readTree(Http.get(server.uri(), "/figures").body());
            assertEquals("orders", figures.at("/settings/pool").asText());
            assertEquals(1 << 20, figures.at("/settings/regionBytes").asLong());
            assertEquals(60_000, figures.at("/settings/intervalMillis").asLong());
            assertEquals(memory.liveBytes(), figures.at("/point/live").asLong());
            assertEquals(memory.pendingBytes(), figures.at("/point/pending").asLong());
            assertEquals(memory.freeBytes(), figures.at("/point/free").asLong());
            assertEquals(memory.committedBytes(), figures.at("/point/committed").asLong());
            assertEquals(pool.residentBytes(), figures.at("/point/resident").asLong());
            assertEquals(memory.fragmentation(), figures.at("/point/fragmentation").asDouble());
            assertEquals(pool.statistics().allocations().cache(), figures.at("/point/allocations/cache").asLong());
            assertEquals(memory.liveBlocks(), figures.at("/statistics/memory/liveBlocks").asLong());
            assertEquals(pool.arenaStatistics().size(), figures.at("/arenas").size());
            assertEquals("sort", figures.at("/budgets/0/name").asText());
            assertEquals(budget.statistics().liveBytes(), figures.at("/budgets/0/statistics/liveBytes").asLong());
            assertEquals(1, figures.at("/runs").size());
            assertEquals(
                    pool.defragReports().getFirst().reclaimedBytes(),
                    JSON.convertValue(figures.at("/runs/0/bytes"), JsonNode.class).valueStream()
                            .mapToLong(JsonNode::asLong).sum());
            assertEquals("NONE", figures.at("/findings/0/ailment").asText());
            assertEquals(pool.fragmentationBySizeClass().size(), figures.at("/sizeClasses").size());
        }
    }

    @Test
    void map_quietPool_isThatOfAWalk() throws Exception {
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, SLOW)) {
            for (int i = 0; i < 1000; i++) {
                long address = pool.allocateAddress(7L * i);
                if (i % 3 == 0) {
                    pool.freeAddress(address);
                }
            }
            StringBuilder expected = new StringBuilder();
            HeapMap.of(pool).writeJson(expected);
            assertEquals(
                    untimed(expected.toString()), untimed(Http.get(server.uri(), "/map").body()));
            Answer svg = Http.get(server.uri(), "/map.svg");
            assertEquals("attachment; filename=\"heap-map.svg\"", svg.header("content-disposition"));
            DocumentBuilderFactory.newInstance().newDocumentBuilder()
                    .parse(new ByteArrayInputStream(svg.body().getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static JsonNode untimed(String map) throws IOException {
        return ((ObjectNode) JSON.readTree(map)).without("time");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"})
    void ask_otherMethods_areRefused(String method) throws IOException {
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, SLOW)) {
            Answer answer = Http.ask(server.uri(), method, "/figures");
            assertEquals(405, answer.status());
            assertEquals("GET, HEAD", answer.header("allow"));
            assertEquals("method: " + method + " (expected: GET or HEAD)\n", answer.body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/page.js", "/events", "/nowhere"})
    void head_isGetWithoutBody(String path) throws IOException {
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, SLOW); Http http = new Http(server.uri())) {
            http.request("HEAD", path);
            Answer head = http.answer(false);
            // On the same connection: a body would be in the way.
            http.request("GET", path);
            Answer get = http.answer(true);
            assertEquals(get.status(), head.status());
            assertEquals(get.header("content-type"), head.header("content-type"));
            assertEquals(get.header("content-length"), head.header("content-length"));
        }
    }

    // Who may see it

    @Test
    void host_otherThanLoopback_isRefused() throws IOException {
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, SLOW)) {
            for (String host : List.of("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80",
                    "10.0.0.1",
                    "")) {
                assertEquals(403, Http.get(server.uri(), "/", "Host: " + host).status(), host);
            }
            for (String host : List.of("localhost", "LOCALHOST:1234", "127.0.0.1:80", "[::1]", "[::1]:9")) {
                assertEquals(200, Http.get(server.uri(), "/", "Host: " + host).status(), host);
            }
            assertEquals(0, server.readings());
        }
    }

    @Test
    void start_loopbackOfVersion6_isReachedByItsAddress() throws IOException {
        InetAddress loopback = InetAddress.ofLiteral("::1");
        assumeTrue(
                NetworkInterface.getByInetAddress(loopback) != null,
                "this machine has no loopback of version 6");
        try (MemoryPool pool = pool();
                HeapMapServer server =
                        HeapMapServer.builder(pool).address(loopback).interval(SLOW).start()) {
            assertEquals("[0:0:0:0:0:0:0:1]", server.uri().getHost());
            assertEquals(200, Http.get(server.uri(), "/").status());
            assertEquals(200, Http.get(server.uri(), "/", "Host: [::1]:1").status());
            assertEquals(403, Http.get(server.uri(), "/", "Host: [2001:db8::1]").status());
        }
    }

    @Test
    void otherSite_mayOpenThePageAndNothingElse() throws IOException {
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, SLOW)) {
            assertEquals(200, Http.get(server.uri(), "/", "Sec-Fetch-Site: cross-site").status());
            for (String path : List.of("/figures", "/map", "/events", "/page.js")) {
                assertEquals(403, Http.get(server.uri(), path, "Sec-Fetch-Site: cross-site").status(), path);
                assertEquals(403, Http.get(server.uri(), path, "Sec-Fetch-Site: same-site").status(), path);
            }
            assertEquals(200, Http.get(server.uri(), "/figures", "Sec-Fetch-Site: same-origin").status());
            assertEquals(200, Http.get(server.uri(), "/figures", "Sec-Fetch-Site: none").status());
        }
    }

    @Test
    void token_isAskedForEverywhere() throws IOException {
        try (MemoryPool pool = pool();
                HeapMapServer server = HeapMapServer.builder(pool).token(TOKEN).interval(SLOW).start()) {
            assertEquals("token=" + TOKEN, server.uri().getQuery());
            for (String path : List.of("/", "/page.js", "/figures", "/map", "/events", "/nowhere", "/?token=",
                    "/?token=" + TOKEN + "x", "/?token=" + TOKEN.substring(1), "/?TOKEN=" + TOKEN)) {
                Answer answer = Http.get(server.uri(), path);
                assertEquals(401, answer.status(), path);
                assertEquals("Bearer realm=\"ashlar\"", answer.header("www-authenticate"));
                assertFalse(answer.body().contains(TOKEN));
            }
            assertEquals(401, Http.get(server.uri(), "/figures", "Authorization: Bearer wrong").status());
            assertEquals(401, Http.get(server.uri(), "/figures", "Authorization: " + TOKEN).status());
            assertEquals(401, Http.ask(server.uri(), "POST", "/figures").status());
            assertEquals(0, server.readings());
            assertEquals(200, Http.get(server.uri(), "/figures", "Authorization: Bearer " + TOKEN).status());
            assertEquals(200, Http.get(server.uri(), "/figures?a=b&token=" + TOKEN).status());
            assertEquals(403, Http.get(server.uri(), "/?token=" + TOKEN, "Host: evil.example").status());
        }
    }

    @Test
    void token_inThePagesAddress_becomesACookie() throws IOException {
        try (MemoryPool pool = pool();
                HeapMapServer server = HeapMapServer.builder(pool).token(TOKEN).interval(SLOW).start();
                HeapMapServer other = HeapMapServer.builder(pool).token(TOKEN).interval(SLOW).start()) {
            Answer answer = Http.get(server.uri(), "/?token=" + TOKEN);
            assertEquals(303, answer.status());
            assertEquals("/", answer.header("location"));
            String[] parts = answer.header("set-cookie").split("; ", -1);
            assertEquals(List.of("Path=/", "HttpOnly", "SameSite=Lax"), List.of(parts).subList(1, 4));
            assertFalse(parts[0].contains(TOKEN), "a cookie goes to other ports of the host as well");
            assertEquals(200, Http.get(server.uri(), "/", "Cookie: a=b; " + parts[0]).status());
            assertEquals(401, Http.get(server.uri(), "/", "Cookie: " + parts[0] + "x").status());
            assertEquals(401, Http.get(other.uri(), "/", "Cookie: " + parts[0]).status());
            String value = parts[0].substring(parts[0].indexOf('='));
            assertEquals(
                    401,
                    Http.get(other.uri(), "/", "Cookie: ashlar-page-" + other.uri().getPort() + value).status(),
                    "a cookie is of one server");
        }
    }

    @Test
    void newToken_isAToken() throws IOException {
        assertNotEquals(HeapMapServer.newToken(), HeapMapServer.newToken());
        try (MemoryPool pool = pool();
                HeapMapServer server = HeapMapServer.builder(pool).token(HeapMapServer.newToken()).start()) {
            assertTrue(server.uri().getQuery().matches("token=[0-9a-f]{32}"));
        }
    }

    @Test
    void start_allInterfaces_needsAToken() throws IOException {
        InetAddress all = InetAddress.ofLiteral("0.0.0.0");
        try (MemoryPool pool = pool()) {
            IllegalStateException refused = assertThrows(
                    IllegalStateException.class, () -> HeapMapServer.builder(pool).address(all).start());
            assertEquals(
                    "address: 0.0.0.0 without a token (expected: a loopback address, or a token)",
                    refused.getMessage());
            try (HeapMapServer server = HeapMapServer.builder(pool).address(all).token(TOKEN).interval(SLOW).start()) {
                URI uri = server.uri();
                assertEquals("127.0.0.1", uri.getHost());
                assertEquals(401, Http.get(uri, "/figures").status());
                assertEquals(
                        200,
                        Http.get(uri, "/figures", "Host: db7.example:80", "Authorization: Bearer " + TOKEN).status());
            }
        }
    }

    // Misuse

    @Test
    void builder_wrongSettings_areRefused() {
        try (MemoryPool pool = pool()) {
            HeapMapServer.Builder builder = HeapMapServer.builder(pool);
            assertEquals("port: -1 (expected: 0 to 65535)", refusal(() -> builder.port(-1)));
            assertEquals("port: 65536 (expected: 0 to 65535)", refusal(() -> builder.port(65_536)));
            assertEquals(
                    "interval: PT0.099S (expected: PT0.1S to PT1M)",
                    refusal(() -> builder.interval(Duration.ofMillis(99))));
            assertEquals(
                    "interval: PT1M0.001S (expected: PT0.1S to PT1M)",
                    refusal(() -> builder.interval(Duration.ofMillis(60_001))));
            assertEquals(
                    "token: 15 characters (expected: 16 to 128, of A-Z, a-z, 0-9, '-', '.', '_' and '~')",
                    refusal(() -> builder.token("secret-secret-1")));
            assertTrue(refusal(() -> builder.token("x".repeat(129))).startsWith("token: 129 characters"));
            assertFalse(refusal(() -> builder.token("secret secret secret")).contains("secret"));
        }
    }

    private static String refusal(Runnable misuse) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, misuse::run).getMessage());
    }

    @Test
    void start_closedPool_isRefused() {
        MemoryPool pool = pool();
        HeapMapServer.Builder builder = HeapMapServer.builder(pool);
        pool.close();
        assertEquals(
                "pool 'orders' is closed (expected: open)",
                assertThrows(IllegalStateException.class, builder::start).getMessage());
    }

    @Test
    void start_portTaken_throwsAndLeavesNothing() throws IOException {
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, SLOW)) {
            HeapMapServer.Builder builder = HeapMapServer.builder(pool).port(server.uri().getPort());
            assertThrows(IOException.class, builder::start);
            assertEquals(200, Http.get(server.uri(), "/").status());
        }
    }

    // When the pool is read

    @Test
    void nobodyLooks_poolIsNotRead() throws IOException {
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, SLOW)) {
            Http.get(server.uri(), "/");
            Http.get(server.uri(), "/page.js");
            assertEquals(0, server.readings());
            assertFalse(server.isReading());
            Http.get(server.uri(), "/figures");
            Http.get(server.uri(), "/figures");
            Http.get(server.uri(), "/map");
            Http.get(server.uri(), "/map.svg");
            assertEquals(1, server.readings(), "one reading in an interval");
            assertFalse(server.isReading());
        }
    }

    @Test
    void manyLook_poolIsReadOnceAnInterval() throws IOException {
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, SLOW);
                Http first = events(server); Http second = events(server); Http third = events(server)) {
            for (Http http : List.of(first, second, third)) {
                http.event("figures");
                http.event("map");
            }
            assertEquals(200, Http.get(server.uri(), "/figures").status());
            assertEquals(1, server.readings());
            assertEquals(3, server.viewers());
            assertTrue(server.isReading());
        }
    }

    @Test
    void lastLeaves_poolIsNotReadAnyMore() throws IOException {
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, FAST)) {
            try (Http first = events(server); Http second = events(server)) {
                first.event("figures");
                second.event("figures");
            }
            await("nobody looks", () -> server.viewers() == 0);
            assertFalse(server.isReading());
        }
    }

    private static Http events(HeapMapServer server) throws IOException {
        Http http = new Http(server.uri());
        http.request("GET", "/events");
        Answer answer = http.answer(false);
        assertEquals(200, answer.status());
        assertEquals("text/event-stream", answer.header("content-type"));
        return http;
    }

    // Events

    @Test
    void events_allocation_isInTheNextFigures() throws IOException {
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, FAST); Http http = events(server)) {
            assertEquals("points", http.event().name());
            long before = JSON.readTree(http.event("figures").data()).at("/point/live").asLong();
            http.event("map");
            pool.allocateAddress(1_000_000);
            JsonNode figures = JSON.readTree(http.event("figures").data());
            while (figures.at("/point/live").asLong() == before) {
                figures = JSON.readTree(http.event("figures").data());
            }
            assertEquals(pool.statistics().memory().liveBytes(), figures.at("/point/live").asLong());
            JsonNode map = JSON.readTree(http.event("map").data());
            assertEquals("LIVE", map.at("/states/0").asText());
            while (map.at("/totals/0").asLong() == before) {
                map = JSON.readTree(http.event("map").data());
            }
            assertEquals(pool.statistics().memory().liveBytes(), map.at("/totals/0").asLong());
        }
    }

    @Test
    void events_laterViewer_getsWhatWasSeen() throws IOException {
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, FAST); Http first = events(server)) {
            assertEquals(0, JSON.readTree(first.event("points").data()).at("/points").size());
            List<JsonNode> seen = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                seen.add(JSON.readTree(first.event("figures").data()).at("/point"));
            }
            try (Http second = events(server)) {
                JsonNode points = JSON.readTree(second.event("points").data());
                assertEquals(600, points.at("/most").asInt());
                List<JsonNode> all = points.at("/points").valueStream().toList();
                assertTrue(all.containsAll(seen), () -> all + " (expected: with all of " + seen + ")");
                List<Long> times = all.stream().map(point -> point.at("/timeMillis").asLong()).toList();
                assertEquals(times.stream().sorted().distinct().toList(), times);
            }
        }
    }

    @Test
    void events_tooMany_areRefusedUntilOneEnds() throws IOException {
        List<Http> open = new ArrayList<>();
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, FAST)) {
            for (int i = 0; i < Sampler.MOST_VIEWERS; i++) {
                open.add(events(server));
            }
            Answer refused = Http.get(server.uri(), "/events");
            assertEquals(503, refused.status());
            assertEquals("5", refused.header("retry-after"));
            assertEquals("pages: 16 are open (expected: fewer)\n", refused.body());
            assertEquals(200, Http.get(server.uri(), "/figures").status());
            open.removeLast().close();
            await("one has gone", () -> server.viewers() < Sampler.MOST_VIEWERS);
            open.add(events(server));
            for (Http http : open) {
                http.event("figures");
            }
        } finally {
            for (Http http : open) {
                http.close();
            }
        }
    }

    @Test
    void events_clientThatReadsNothing_holdsNobody() throws IOException {
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, FAST); Http silent = events(server);
                Http other = events(server)) {
            for (int i = 0; i < 5; i++) {
                other.event("figures");
            }
            // What it has not taken is one frame, and not all that came since.
            silent.event("points");
            silent.event("figures");
        }
    }

    /** A stale segment reaches the header of the block that came into its place. */
    @Test
    void events_damagedPool_haveFiguresAndTheReasonForNoMap() throws IOException {
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, FAST)) {
            MemorySegment window = pool.allocate(200_000, 16);
            pool.free(window);
            pool.allocateAddress(90_000);
            long second = pool.allocateAddress(90_000);
            try (Http http = events(server)) {
                assertEquals("{\"problem\":\"\"}", http.event("problem").data());
                window.asSlice(second - window.address() - 8, 8).fill((byte) 0x5A);
                String problem = http.event("problem").data();
                while (problem.equals("{\"problem\":\"\"}")) {
                    problem = http.event("problem").data();
                }
                assertTrue(problem.contains(Long.toHexString(second)), problem);
                assertEquals(
                        "FENCED_ARENAS",
                        JSON.readTree(http.event("figures").data()).at("/findings/0/ailment").asText());
                assertEquals(200, Http.get(server.uri(), "/map").status(), "the last one");
            }
        }
    }

    // A pool that ends

    @Test
    void closedPool_isSaid_andTheLastFiguresStay() throws IOException {
        MemoryPool pool = pool();
        try (HeapMapServer server = start(pool, FAST); Http http = events(server)) {
            String last = http.event("figures").data();
            pool.close();
            http.event("closed");
            assertThrows(EOFException.class, http::event);
            await("nobody looks", () -> server.viewers() == 0);
            Answer answer = Http.get(server.uri(), "/figures");
            assertEquals(200, answer.status());
            assertEquals(JSON.readTree(last).at("/settings"), JSON.readTree(answer.body()).at("/settings"));
            assertEquals(200, Http.get(server.uri(), "/map").status());
            try (Http later = events(server)) {
                assertTrue(JSON.readTree(later.event("points").data()).at("/points").size() > 0);
                later.event("figures");
                later.event("map");
                later.event("closed");
            }
            assertEquals(200, Http.get(server.uri(), "/").status());
        }
    }

    @Test
    void closedPool_neverRead_isSaid() throws IOException {
        MemoryPool pool = pool();
        try (HeapMapServer server = start(pool, FAST)) {
            pool.close();
            for (String path : List.of("/figures", "/map", "/map.svg")) {
                Answer answer = Http.get(server.uri(), path);
                assertEquals(410, answer.status(), path);
                assertEquals("nothing was seen of the pool (expected: an open pool)\n", answer.body());
            }
            try (Http http = events(server)) {
                http.event("closed");
            }
        }
    }

    // Clients that mean no good, and the end

    @Test
    void halfARequest_isEnded() throws IOException {
        try (MemoryPool pool = pool();
                HeapMapServer server = HeapMapServer.builder(pool).patience(Duration.ofMillis(50)).start();
                Http http = new Http(server.uri())) {
            http.send("GET / HTT");
            assertTrue(http.isEnded());
            assertEquals(200, Http.get(server.uri(), "/").status());
        }
    }

    @Test
    void manyHalfRequests_furtherOnesAreRefused_untilTheyEnd() throws IOException {
        List<Http> open = new ArrayList<>();
        try (MemoryPool pool = pool(); HeapMapServer server = start(pool, SLOW)) {
            for (int i = 0; i < RequestThreads.MOST; i++) {
                Http http = new Http(server.uri());
                http.send("G");
                open.add(http);
            }
            await("all are being read", () -> server.requests() == RequestThreads.MOST);
            try (Http http = new Http(server.uri())) {
                http.send("G");
                assertTrue(http.isEnded());
            }
            open.removeLast().close();
            await("one has gone", () -> server.requests() < RequestThreads.MOST);
            assertEquals(200, Http.get(server.uri(), "/").status());
        } finally {
            for (Http http : open) {
                http.close();
            }
        }
    }

    @Test
    void close_endsStreamsAndThreads() throws IOException {
        try (MemoryPool pool = pool()) {
            HeapMapServer server = start(pool, FAST);
            try (Http http = events(server); Http half = new Http(server.uri())) {
                half.send("GET /");
                http.event("figures");
                List<Thread> threads = threads();
                assertTrue(threads.size() >= 3, () -> threads + "");
                assertTrue(threads.stream().allMatch(Thread::isDaemon), "the JVM does not wait for " + threads);
                server.close();
                assertThrows(IOException.class, () -> {
                    while (true) {
                        http.event();
                    }
                });
                assertTrue(half.isEnded());
                assertEquals(0, server.requests());
                assertEquals(0, server.viewers());
                await("threads have ended", () -> threads.stream().noneMatch(Thread::isAlive));
            }
            server.close();
            assertThrows(IOException.class, () -> Http.get(server.uri(), "/"));
        }
    }

    /** Of the servers of this process; of virtual threads the servers keep count. */
    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("ashlar-page")
                        || thread.getName().equals("HTTP-Dispatcher"))
                .toList();
    }
}
