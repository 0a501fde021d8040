package dev.ashlar.page;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ashlar.MemoryState;
import dev.ashlar.RegionState;
import dev.ashlar.RegionVisitor;
import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.MemoryPool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.logging.LogType;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The page as a person has it, in a real Chromium. */
class HeapMapPageTest {
    private static final Duration FAST = Duration.ofMillis(100);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int WIDTH = 1280;
    private static final int HEIGHT = 900;

    @TempDir
    private static Path profile;

    private static Browser browser;

    @BeforeAll
    static void startBrowser() throws IOException {
        for (String program : List.of("chromium", "chromedriver")) {
            assumeTrue(
                    Browser.program(program).isPresent(),
                    program + " is not installed (Debian's packages chromium and chromium-driver have it)");
        }
        browser = Browser.start(profile, WIDTH, HEIGHT);
    }

    @AfterAll
    static void endBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    private static HeapMapServer open(MemoryPool pool) throws IOException {
        HeapMapServer server = HeapMapServerTest.start(pool, FAST);
        open(server.uri());
        return server;
    }

    private static void open(URI uri) {
        browser.size(WIDTH, HEIGHT);
        browser.scheme("light");
        browser.open(URI.create("about:blank"));
        browser.log(LogType.BROWSER);
        browser.log(LogType.PERFORMANCE);
        browser.open(uri);
        browser.awaitFrames(2);
        browser.await("document.documentElement.dataset.map");
    }

    private static void assertNoErrors() {
        assertEquals(List.of(), browser.log(LogType.BROWSER), "the console");
    }

    /** Cells, blocks, a span, holes, and a budget. */
    private static List<Long> work(MemoryPool pool) {
        List<Long> held = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            long address = pool.allocateAddress(i % 25 == 0 ? 20_000 : 40 + i % 900);
            if (i % 3 == 0) {
                pool.freeAddress(address);
            } else {
                held.add(address);
            }
        }
        held.add(pool.allocateAddress(3 << 20));
        return held;
    }

    private static String figure(String name) {
        return "document.querySelector('[data-figure=\"" + name + "\"]').dataset.value";
    }

    @Test
    void page_busyPool_showsItsFigures() throws IOException {
        try (MemoryPool pool = HeapMapServerTest.pool()) {
            work(pool);
            Budget budget = pool.openBudget("sort", 1 << 20);
            budget.allocateAddress(500_000);
            pool.defragment().join();
            try (HeapMapServer server = open(pool)) {
                assertTrue(server.viewers() > 0);
                assertEquals("orders", browser.text("h1"));
                assertEquals("orders – Ashlar", browser.driver().getTitle());
                assertEquals("Live", browser.text("#status"));
                assertEquals(pool.statistics().memory().liveBytes() + "", browser.ask(figure("live")));
                assertEquals(pool.statistics().memory().freeBytes() + "", browser.ask(figure("free")));
                assertEquals(pool.statistics().memory().committedBytes() + "", browser.ask(figure("committed")));
                assertEquals(2, rows("arenas"));
                assertEquals(1, rows("budgets"));
                assertTrue(browser.text("#budgets tbody tr").startsWith("sort 488 KiB 1 MiB 47.7 %"),
                        () -> browser.text("#budgets tbody tr"));
                assertEquals(1, rows("runs"));
                assertFalse(browser.text("#findings").isBlank());
                assertEquals(
                        "right",
                        browser.ask("getComputedStyle(document.querySelector('#arenas td:last-child')).textAlign"));
                assertEquals(
                        List.of("0", "2 MiB", "4 MiB"),
                        ((List<?>) browser.ask(
                                "[...document.querySelectorAll('#memory text[text-anchor=end]')].map(e => e.textContent)"))
                                .subList(0, 3),
                        "an axis with units");
                assertNoErrors();
            }
        }
    }

    private static long rows(String table) {
        return ((Number) browser.ask("document.querySelectorAll('#" + table + " tbody tr').length")).longValue();
    }

    @Test
    void page_allocation_isShown() throws IOException {
        try (MemoryPool pool = HeapMapServerTest.pool(); HeapMapServer server = open(pool)) {
            assertEquals("0", browser.ask(figure("live")));
            long address = pool.allocateAddress(5 << 20);
            browser.await(figure("live") + " === '" + pool.usableSize(address) + "'");
            browser.await("document.querySelector('#map [data-state=live]').dataset.bytes === '"
                    + pool.usableSize(address) + "'");
            browser.await("document.querySelector('#memory path[data-series=live]').getAttribute('d').includes('L')");
            pool.freeAddress(address);
            browser.await(figure("live") + " === '0'");
            assertTrue(server.readings() > 2);
            assertNoErrors();
        }
    }

    @Test
    void map_quietPool_isThatOfAWalk() throws IOException {
        try (MemoryPool pool = HeapMapServerTest.pool()) {
            work(pool);
            try (HeapMapServer server = open(pool)) {
                assertTrue(server.isReading());
                Walk walk = new Walk();
                pool.walkRegions(walk);
                for (Map.Entry<String, Long> layer : walk.layers().entrySet()) {
                    assertEquals(
                            layer.getValue() + "",
                            browser.ask("document.querySelector('#map [data-state=" + layer.getKey()
                                    + "]').dataset.bytes"),
                            layer.getKey());
                }
                // The cursor says what the first cells have.
                WebElement field = browser.find(".map-field");
                field.sendKeys(Keys.HOME);
                JsonNode map = JSON.readTree(Http.get(server.uri(), "/map").body());
                JsonNode strip = map.at("/strips").valueStream().filter(each -> !each.at("/cells").isEmpty())
                        .findFirst().orElseThrow();
                List<JsonNode> columns = new ArrayList<>();
                for (JsonNode cells : strip.at("/cells")) {
                    for (int i = 0; i < cells.get(0).asInt(); i++) {
                        columns.add(cells);
                    }
                }
                for (int column = 0; column < 5; column++) {
                    JsonNode shown = JSON.readTree((String) browser.ask(
                            "document.querySelector('.map-details').dataset.cell"));
                    assertEquals(
                            columns.get(column).valueStream().skip(1).toList(), shown.valueStream().toList(),
                            "column " + column);
                    assertTrue(browser.text(".map-details").contains("column " + (column + 1) + " of "));
                    field.sendKeys(Keys.ARROW_RIGHT);
                }
                assertNoErrors();
            }
        }
    }

    /** Sums of a walk, in the layers of the map. */
    private static final class Walk implements RegionVisitor {
        private final Map<MemoryState, Long> bytes = new EnumMap<>(MemoryState.class);
        private long tables;

        @Override
        public void region(int number, long address, long tableBytes, RegionState state, int arena) {
            tables += tableBytes;
        }

        @Override
        public void block(long address, long usableBytes, MemoryState state) {
            // Its pieces follow.
        }

        @Override
        public void piece(long address, long count, MemoryState state) {
            bytes.merge(state, count, Long::sum);
        }

        private long of(MemoryState state) {
            return bytes.getOrDefault(state, 0L);
        }

        Map<String, Long> layers() {
            return Map.of(
                    "live", of(MemoryState.LIVE),
                    "cached", of(MemoryState.CACHED),
                    "queued", of(MemoryState.QUEUED),
                    "free", of(MemoryState.FREE),
                    "purged", of(MemoryState.PURGED),
                    "overhead", of(MemoryState.OVERHEAD) + of(MemoryState.HEADER) + tables);
        }
    }

    @Test
    void page_asksNobodyElse() throws IOException {
        try (MemoryPool pool = HeapMapServerTest.pool(); HeapMapServer server = open(pool)) {
            String origin = server.uri().toString();
            for (Object name : (List<?>) browser.ask(
                    "performance.getEntriesByType('resource').map(entry => entry.name)")) {
                assertTrue(name.toString().startsWith(origin), name.toString());
            }
            List<String> asked = new ArrayList<>();
            for (String message : browser.log(LogType.PERFORMANCE)) {
                JsonNode event = JSON.readTree(message).at("/message");
                if (event.at("/method").asText().equals("Network.requestWillBeSent")) {
                    asked.add(event.at("/params/request/url").asText());
                }
            }
            assertTrue(asked.contains(origin + "events"), () -> asked + "");
            assertTrue(
                    asked.stream().allMatch(url -> url.startsWith(origin)),
                    () -> asked + " (expected: from " + origin + " alone)");
            assertNoErrors();
        }
    }

    @Test
    void keyboard_reachesAll_andMovesOverMapAndCurves() throws IOException {
        try (MemoryPool pool = HeapMapServerTest.pool()) {
            work(pool);
            pool.defragment().join();
            try (HeapMapServer server = open(pool)) {
                assertTrue(server.isReading());
                List<String> reached = new ArrayList<>();
                do {
                    browser.driver().switchTo().activeElement().sendKeys(Keys.TAB);
                    reached.add((String) browser.ask(
                            "(e => e.id || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.textContent)"
                                    + "(document.activeElement)"));
                    assertNotEquals("none", browser.ask("getComputedStyle(document.activeElement).outlineStyle"),
                            () -> "no focus to be seen: " + reached);
                } while (!reached.getLast().equals("map"));
                String arrows = ": left and right arrow keys move over time";
                assertEquals(
                        List.of("To the figures", "pause", "Memory in bytes over time" + arrows,
                                "Allocations a second, by path, on a logarithmic scale" + arrows,
                                "Fragmentation over time" + arrows, "save", "Zoom out", "Zoom in", "Show all columns",
                                "Heap map: arrow keys move over cells, plus and minus zoom", "arenas-title",
                                "runs-title", "figures", "map"),
                        reached);
                WebElement chart = browser.find("#memory svg[role=application]");
                chart.sendKeys(Keys.ARROW_LEFT);
                browser.await("document.querySelector('#memory .chart-when').textContent.startsWith('At ')");
                browser.await("document.querySelector('#memory [aria-live]').textContent.includes('live')");
                chart.sendKeys(Keys.ESCAPE);
                browser.await("document.querySelector('#memory .chart-when').textContent === ''");
                assertNoErrors();
            }
        }
    }

    @Test
    void scheme_darkAndLight_bothAreReadable() throws IOException {
        try (MemoryPool pool = HeapMapServerTest.pool(); HeapMapServer server = open(pool)) {
            assertTrue(server.isReading());
            for (String scheme : List.of("light", "dark")) {
                browser.scheme(scheme);
                browser.awaitFrames(1);
                String card = style("main .card", "backgroundColor");
                assertTrue(scheme.equals("dark") == luminance(card) < 0.2, scheme + ": " + card);
                assertContrast(4.5, style("h2", "color"), card);
                assertContrast(4.5, style(".soft", "color"), style("body", "backgroundColor"));
                assertContrast(4.5, style("#arenas th", "color"), card);
                assertContrast(4.5, style("#status", "color"), style("body", "backgroundColor"));
                assertContrast(4.5, style("a#save", "color"), card);
                for (String series : List.of("live", "pending", "free", "committed", "resident", "cache", "slab",
                        "steal", "grow", "large", "fragmentation")) {
                    assertContrast(3, style(".chart path.s-" + series, "stroke"), card);
                }
            }
            assertNoErrors();
        }
    }

    private static String style(String selector, String property) {
        return (String) browser.ask(
                "getComputedStyle(document.querySelector('" + selector + "'))." + property);
    }

    /** WCAG 2.2, 1.4.3: of a colour as {@code rgb(r, g, b)}. */
    private static double luminance(String colour) {
        String[] parts = colour.replaceAll("[^0-9,]", "").split(",", -1);
        double[] weights = {0.2126, 0.7152, 0.0722};
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            double part = Integer.parseInt(parts[i]) / 255.0;
            sum += weights[i] * (part <= 0.03928 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4));
        }
        return sum;
    }

    private static void assertContrast(double least, String colour, String ground) {
        double a = luminance(colour);
        double b = luminance(ground);
        double contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        assertTrue(contrast >= least, "%s on %s: %.2f (expected: %.1f)".formatted(colour, ground, contrast, least));
    }

    @Test
    void narrowWindow_needsNoScrollingToTheSide() throws IOException {
        try (MemoryPool pool = HeapMapServerTest.pool()) {
            work(pool);
            try (HeapMapServer server = open(pool)) {
                assertTrue(server.isReading());
                browser.size(412, 900);
                browser.await("innerWidth === 412");
                browser.awaitFrames(1);
                assertEquals(412L, browser.ask("document.documentElement.scrollWidth"));
                assertNoErrors();
            }
        }
    }

    @Test
    void pause_letsGoOfThePool_andGoOnTakesItUp() throws IOException {
        try (MemoryPool pool = HeapMapServerTest.pool(); HeapMapServer server = open(pool)) {
            browser.find("#pause").sendKeys(Keys.ENTER);
            browser.await("document.getElementById('status').textContent === 'Paused'");
            assertEquals("true", browser.find("#pause").getDomAttribute("aria-pressed"));
            HeapMapServerTest.await("nobody looks", () -> server.viewers() == 0);
            assertFalse(server.isReading());
            long address = pool.allocateAddress(1 << 20);
            assertEquals("0", browser.ask(figure("live")));
            browser.find("#pause").click();
            browser.await(figure("live") + " === '" + pool.usableSize(address) + "'");
            assertEquals("Live", browser.text("#status"));
            assertEquals("false", browser.find("#pause").getDomAttribute("aria-pressed"));
            assertNoErrors();
        }
    }

    @Test
    void token_isExchangedAndGone() throws IOException {
        try (MemoryPool pool = HeapMapServerTest.pool();
                HeapMapServer server = HeapMapServer.builder(pool).token(HeapMapServer.newToken()).interval(FAST)
                        .start()) {
            open(server.uri());
            assertEquals(
                    "http://127.0.0.1:" + server.uri().getPort() + "/", browser.driver().getCurrentUrl(),
                    "no token in it");
            assertEquals("", browser.ask("document.cookie"), "scripts see no cookie");
            browser.driver().navigate().refresh();
            browser.awaitFrames(2);
            assertEquals("Live", browser.text("#status"));
            assertNoErrors();
            browser.driver().manage().deleteAllCookies();
            browser.driver().navigate().refresh();
            assertTrue(browser.text("body").startsWith("no token, or a wrong one"), () -> browser.text("body"));
        }
    }

    @Test
    void closedPool_isSaid() throws IOException {
        MemoryPool pool = HeapMapServerTest.pool();
        pool.allocateAddress(1000);
        try (HeapMapServer server = open(pool)) {
            Object live = browser.ask(figure("live"));
            pool.close();
            browser.await("document.getElementById('status').textContent === 'Pool closed: the last figures'");
            assertEquals(live, browser.ask(figure("live")), "the last figures stay");
            assertFalse(browser.find("#pause").isEnabled());
            HeapMapServerTest.await("nobody looks", () -> server.viewers() == 0);
            assertNoErrors();
        }
    }

    @Test
    void serverGoes_isSaid_andComesBack() throws IOException {
        try (MemoryPool pool = HeapMapServerTest.pool()) {
            HeapMapServer server = open(pool);
            int port = server.uri().getPort();
            server.close();
            browser.await("document.getElementById('status').dataset.status === 'reconnecting'");
            long address = pool.allocateAddress(1 << 20);
            try (HeapMapServer again = HeapMapServer.builder(pool).port(port).interval(FAST).start()) {
                browser.await(figure("live") + " === '" + pool.usableSize(address) + "'");
                assertEquals("Live", browser.text("#status"));
                assertEquals(1, again.viewers());
            }
        }
    }
}
