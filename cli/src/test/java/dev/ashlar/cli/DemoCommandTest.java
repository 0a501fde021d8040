package dev.ashlar.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The demo, in this JVM and in one of its own, with all commands on it. */
@Timeout(300)
class DemoCommandTest {
    private static final String DIRECTORY = "ashlar.attach.directory";
    private static final String ESCAPE = "\u001B";
    private static final int SIGINT_BIT = 2;

    @TempDir
    Path directory;

    private Path sockets = Path.of("");
    private Path spills = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        sockets = directory.resolve("ashlar");
        spills = Files.createDirectory(directory.resolve("spills"));
        System.setProperty(DIRECTORY, sockets.toString());
    }

    @AfterEach
    void check() throws IOException {
        System.clearProperty(DIRECTORY);
        try (Stream<Path> left = Files.list(spills)) {
            assertEquals(List.of(), left.toList());
        }
    }

    private CommandRun demo(String... more) {
        return CommandRun.of(Stream.concat(
                Stream.of("demo", "--capacity", "16MiB", "--directory", spills.toString()), Stream.of(more))
                .toArray(String[]::new));
    }

    private static String done(String... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
        return run.out();
    }

    private static JsonNode json(String... arguments) throws IOException {
        List<String> with = new ArrayList<>(List.of(arguments));
        with.add("--json");
        return new ObjectMapper().readTree(done(with.toArray(String[]::new)));
    }

    /** What is to be seen comes with time: asked again until it is there. The test's time limit ends what never comes. */
    private static JsonNode await(Predicate<JsonNode> isThere, String... arguments) throws IOException {
        JsonNode answer = json(arguments);
        while (!isThere.test(answer)) {
            answer = json(arguments);
        }
        return answer;
    }

    // By itself

    @Test
    void demo_inAPipe_endsByItselfAndSumsUp() throws Exception {
        try (DemoProcess demo = new DemoProcess(
                sockets, spills, "--seconds", "0.5", "--capacity", "16m", "--no-metrics", "--no-page")) {
            assertEquals(0, demo.exitCode(), demo.text());
            assertFalse(demo.text().contains(ESCAPE), demo.text());
            assertEquals(demo.id() + ", for 0.5 s, or until Ctrl-C", demo.line("process "));
            assertEquals("off", demo.line("metrics "));
            assertEquals("off", demo.line("page "));
            assertTrue(demo.text().contains("\n  ./ashlar doctor " + demo.id() + "\n"), demo.text());
            assertEquals("0 bytes", demo.line("live at end "));
            assertEquals("yes", demo.line("verified "));
        }
    }

    @Test
    void demo_asJson_printsNothingElse() throws IOException {
        CommandRun run = demo("--seconds", "0.3", "--threads", "2", "--json", "-");

        assertEquals(0, run.exitCode(), run.err());
        JsonNode summary = new ObjectMapper().readTree(run.out());
        assertTrue(summary.get("verified").asBoolean());
        assertTrue(summary.get("problem").isNull());
        assertEquals(2, summary.get("threads").asInt());
        assertEquals(16 << 20, summary.get("capacityBytes").asLong());
        assertEquals(0, summary.get("liveBytes").asLong());
        assertTrue(summary.get("seconds").asDouble() >= 0.3, summary::toString);
        assertTrue(summary.get("work").get("peakLiveBytes").asLong() > 0, summary::toString);
        assertTrue(run.err().contains("process       "), run.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--port", "--metrics-port"})
    void demo_portIsTaken_saysSoAndLeavesNothing(String option) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CommandRun run = demo("--seconds", "30", option, Integer.toString(taken.getLocalPort()));

            assertEquals("ashlar demo: %s: %d: Address already in use (expected: a port that is free, or 0)"
                    .formatted(option, taken.getLocalPort()), run.err().strip());
            assertEquals(1, run.exitCode());
            assertEquals("", run.out());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {
        "--seconds -1 ~ Invalid value for option '--seconds': -1 (expected: seconds, at most a day, or 0)",
        "--seconds x ~ Invalid value for option '--seconds': x (expected: seconds, at most a day, or 0)",
        "--metrics-port 65536 ~ Invalid value for option '--metrics-port': 65536 (expected: a port from 1 to 65535, or 0 for any)",
        "--port -1 ~ Invalid value for option '--port': -1 (expected: a port from 1 to 65535, or 0 for any)",
        "--threads 65 ~ --threads: 65 (expected: 1 to 64)",
        "--capacity 15m ~ --capacity: 15.0 MiB (expected: 16 MiB or more)",
        "--directory /no/such/folder ~ --directory: /no/such/folder (expected: a writable folder)",
        "--jfr - ~ --jfr: - (expected: a file)",
        "--jfr /no/such/folder/x ~ --jfr: /no/such/folder/x can't be written (expected: a file in a writable folder)",
        "--json /no/such/folder/x ~ --json: /no/such/folder/x can't be written (expected: a file in a writable folder, or -)"
    })
    void demo_wrongUsage_isOneLineAndExit2(String arguments, String message) {
        CommandRun run = CommandRun.of(("demo " + arguments).split(" ", -1));

        assertEquals("ashlar demo: " + message + "; see ./ashlar demo --help", run.err().strip());
        assertEquals(2, run.exitCode());
        assertEquals("", run.out());
    }

    // By a signal

    @Test
    void demo_endedByCtrlC_endsInOrderWithExit130() throws Exception {
        assumeSignals();
        try (DemoProcess demo =
                new DemoProcess(sockets, spills, "--seconds", "0", "--capacity", "16m", "--no-metrics")) {
            await(stats -> stats.get("statistics").get("pressureCalls").asLong() > 0, "stats", demo.id());
            assertEquals(130, demo.end("INT"));
            assertTrue(demo.text().contains("\nlive at end   0 bytes\nverified      yes"), demo.text());
            assertFalse(demo.text().contains(ESCAPE), demo.text());
        }
        assertEquals(0, json("list").size());
    }

    /** Who starts tests in the background of a shell may have them ignore Ctrl-C, and what they start, too. */
    private static void assumeSignals() throws IOException {
        Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "no /proc");
        String ignored = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:")).findFirst().orElse("SigIgn: 0");
        long mask = Long.parseUnsignedLong(ignored.substring("SigIgn:".length()).strip(), 16);
        Assumptions.assumeTrue((mask & SIGINT_BIT) == 0, "Ctrl-C is ignored");
    }

    // Every command on it

    @Test
    void everyCommand_onADemoInAnotherJvm_works() throws Exception {
        assumeSignals();
        Path jfr = directory.resolve("demo.jfr");
        try (DemoProcess demo = new DemoProcess(
                sockets, spills, "--seconds", "0", "--leaks", "--jfr", jfr.toString())) {
            String pid = demo.id();
            listAndStatistics(pid);
            steering(pid);
            findings(pid);
            pictures(pid);
            recordings(pid);
            spaces(pid);
            scrapes(demo);
            assertEquals(200, ask(HttpRequest.newBuilder(URI.create(demo.line("page "))).build()).statusCode());
            assertEquals(130, demo.end("INT"));
            assertTrue(demo.text().contains("verified      yes"), demo.text());
            assertTrue(demo.text().contains("  ./ashlar sites " + jfr), demo.text());
        }
        JsonNode sites = new ObjectMapper().readTree(done("sites", jfr.toString(), "--json"));
        assertTrue(sites.get("liveBytes").asLong() > 0, sites::toString);
        assertEquals("demo", sites.get("pools").get(0).asText());
    }

    private static void listAndStatistics(String pid) throws IOException {
        assertTrue(done("list").contains("demo"));
        assertEquals("demo", json("list").get(0).get("pools").get(0).get("name").asText());
        JsonNode figures = await(stats -> stats.get("statistics").get("pressureCalls").asLong() > 0, "stats", pid);
        assertEquals(64 << 20, figures.get("capacityBytes").asLong());
        assertTrue(done("stats", pid).startsWith("pool 'demo', "));
        assertTrue(done("stats", pid, "--watch", "0.01", "--count", "2").contains("/s"));
        assertFalse(json("arenas", pid).isEmpty());
        assertTrue(done("arenas", pid).startsWith("ARENA "));
    }

    private static void steering(String pid) throws IOException {
        assertTrue(done("policy", pid).startsWith("ADAPTIVE"));
        assertEquals("BEST_FIT\n", done("policy", pid, "best"));
        assertEquals("ADAPTIVE", json("policy", pid, "adaptive").get("policy").asText());
        assertEquals(60 << 20, json("limit", pid, "60m").get("limitBytes").asLong());
        assertEquals(64 << 20, json("limit", pid, "64m").get("limitBytes").asLong());
        assertTrue(done("defrag", pid).startsWith("run "));
        assertTrue(done("purge", pid).startsWith("purged "));
    }

    /** What the demo is for: each of these comes up sooner or later. */
    private static void findings(String pid) throws IOException {
        await(findings -> has(findings, "LEAKS"), "doctor", pid);
        await(findings -> has(findings, "STARVING_BUDGET"), "doctor", pid);
        JsonNode small = await(findings -> has(findings, "CAPACITY_TOO_SMALL"), "doctor", pid);
        assertTrue(small.findValuesAsText("evidence").stream().anyMatch(text -> text.contains("pressure callbacks")));
        assertTrue(done("doctor", pid).contains("blocks leak"));
    }

    private static boolean has(JsonNode findings, String ailment) {
        return findings.findValuesAsText("ailment").contains(ailment);
    }

    private void pictures(String pid) throws IOException {
        for (String form : new String[] {"svg", "html", "json"}) {
            Path file = directory.resolve("map." + form);
            assertTrue(done("map", pid, "-o", file.toString()).startsWith("wrote "));
            assertTrue(Files.size(file) > 1000, form);
        }
    }

    private void spaces(String pid) throws IOException {
        JsonNode spill =
                await(space -> space.get("spill").get("spilledBlocks").asLong() > 0, "space", "stats", pid, "demo");
        assertEquals("SPILL_FILE", spill.get("kind").asText());
        assertTrue(done("space", "list", pid).contains("demo   spill file "));
        Path map = directory.resolve("spill.svg");
        assertEquals("wrote " + map + "\n", done("space", "map", pid, "demo", "-o", map.toString()));
        assertTrue(Files.readString(map).contains("demo of process " + pid + ": spill file"));
    }

    private void recordings(String pid) throws IOException {
        String file = directory.resolve("demo.atrace.gz").toString();
        CommandRun run = CommandRun.of("record", pid, "-o", file, "--seconds", "0.5", "--json");
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(new ObjectMapper().readTree(run.out()).get("events").asLong() > 0, run.out());
        run = CommandRun.of("whatif", file, "--policies", "best,segregated", "--passes", "1", "--allocators", "heap",
                "--events", "20000");
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("segregated"), run.out());
    }

    private static void scrapes(DemoProcess demo) throws IOException, InterruptedException {
        URI uri = URI.create(demo.line("metrics "));
        HttpResponse<String> scrape = ask(HttpRequest.newBuilder(uri).build());
        assertEquals(200, scrape.statusCode());
        for (String name : new String[] {"ashlar_pool_memory_live_bytes{", "ashlar_arena_", "ashlar_budget_",
            "ashlar_spill_spilled_bytes_total{"}) {
            assertTrue(scrape.body().contains("\n" + name), name);
        }
        assertEquals(404, ask(HttpRequest.newBuilder(uri.resolve("/")).build()).statusCode());
        assertEquals(405, ask(HttpRequest.newBuilder(uri).DELETE().build()).statusCode());
    }

    private static HttpResponse<String> ask(HttpRequest request) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }
}
