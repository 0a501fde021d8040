package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ashlar.trace.TraceReader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The commands that attach, over a second JVM. */
@Timeout(120)
class AttachCommandsTest {
    private static final String DIRECTORY = "ashlar.attach.directory";
    private static final String ESCAPE = "\u001B";
    private static final List<String> COMMANDS =
            List.of("stats", "arenas", "policy", "defrag", "limit", "purge", "doctor", "map", "record");

    @TempDir
    static Path directory;

    private static Path sockets = Path.of("");
    private static PoolProcess one = none();

    /** A field has no value before the first test. */
    @SuppressWarnings("NullAway")
    private static PoolProcess none() {
        return null;
    }

    @BeforeAll
    static void start() throws IOException {
        sockets = directory.resolve("ashlar");
        System.setProperty(DIRECTORY, sockets.toString());
        one = new PoolProcess(sockets, "query");
    }

    @AfterAll
    static void end() {
        one.close();
        System.clearProperty(DIRECTORY);
    }

    private static CommandRun done(String... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
        assertFalse(run.out().contains(ESCAPE), run.out());
        return run;
    }

    private static JsonNode json(String... arguments) throws IOException {
        List<String> with = new ArrayList<>(List.of(arguments));
        with.add("--json");
        return new ObjectMapper().readTree(done(with.toArray(String[]::new)).out());
    }

    private static void fails(int exitCode, String message, String... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertEquals(message, run.err().strip());
        assertEquals(exitCode, run.exitCode());
        assertEquals("", run.out());
    }

    /** The arguments of a command that attaches, with what it must have besides a process. */
    private static String[] command(String name, String pid, String... more) {
        Stream<String> file = switch (name) {
            case "map" -> Stream.of("-o", directory.resolve("m.svg").toString());
            case "record" -> Stream.of("-o", directory.resolve("r").toString(), "--seconds", "0.01");
            default -> Stream.of();
        };
        return Stream.concat(Stream.of(name, pid), Stream.concat(file, Stream.of(more))).toArray(String[]::new);
    }

    // Each command

    @Test
    void list_oneProcess_isARowAndAnElement() throws IOException {
        List<String> lines = done("list").out().lines().toList();
        assertTrue(lines.get(0).matches(" *PID +PROGRAM +# +POOL +LIVE +COMMITTED +LIMIT +CAPACITY"), lines.get(0));
        assertTrue(lines.get(1).matches(" *" + one.id() + " +dev.ashlar.cli.PoolProcess +1 +query .* 64.0 MiB"),
                lines.get(1));
        assertEquals(2, lines.size());
        JsonNode process = json("list").get(0);
        assertEquals(one.pid(), process.get("pid").asLong());
        assertEquals("query", process.get("pools").get(0).get("name").asText());
        assertEquals(64 << 20, process.get("pools").get(0).get("capacityBytes").asLong());
    }

    @Test
    void list_noProcess_saysSo_andIsAnEmptyArray() throws IOException {
        System.setProperty(DIRECTORY, directory.resolve("none").toString());
        try {
            CommandRun run = CommandRun.of("list");
            assertEquals(0, run.exitCode());
            assertEquals("no process of yours has a pool that can be attached to", run.err().strip());
            assertEquals("", run.out());
            assertEquals(0, json("list").size());
        } finally {
            System.setProperty(DIRECTORY, sockets.toString());
        }
    }

    @Test
    void stats_quietPool_accountsForEveryByte() throws IOException {
        JsonNode figures = json("stats", one.id());
        assertEquals("query", figures.get("name").asText());
        JsonNode memory = figures.get("statistics").get("memory");
        long sum = 0;
        for (String part : new String[] {"liveBytes", "pendingBytes", "freeBytes", "headerBytes", "overheadBytes"}) {
            sum += memory.get(part).asLong();
        }
        assertEquals(memory.get("committedBytes").asLong(), sum);
        assertEquals(500, memory.get("liveBlocks").asLong());
        String text = done("stats", one.id()).out();
        assertTrue(text.startsWith("pool 'query', 2 arenas, "), text);
        assertTrue(text.contains("500 blocks"), text);
        for (String word : new String[] {"limit", "committed", "live", "pending", "free", "fragmentation",
            "allocations", "frees", "failures", "waits", "defragmented"}) {
            assertTrue(text.lines().anyMatch(line -> line.startsWith(word)), word);
        }
    }

    @Test
    void watch_inAPipe_appendsBlocksWithRates() {
        String text = done("stats", one.id(), "--watch", "0.001", "--count", "3").out();
        assertEquals(3, text.lines().filter(line -> line.startsWith("pool 'query'")).count());
        assertEquals(2, text.lines().filter(line -> line.startsWith("allocations") && line.endsWith("; 0/s")).count());
    }

    @Test
    void watch_asJson_isALineEachTime() throws IOException {
        List<String> lines =
                done("stats", one.id(), "--watch=0.001", "--count=2", "--json").out().lines().toList();
        assertEquals(2, lines.size());
        for (String line : lines) {
            assertEquals("query", new ObjectMapper().readTree(line).get("name").asText());
        }
    }

    @Test
    void watch_processEnds_endsWithExitCode0() throws IOException {
        Running watch;
        try (PoolProcess process = new PoolProcess(sockets, "short")) {
            watch = new Running("stats", process.id(), "--watch", "0.001");
            watch.awaitOutput("pool 'short'");
        }
        assertEquals(0, watch.exitCode());
        assertTrue(watch.err().contains(": it has ended, or closed the pool"), watch.err());
    }

    @Test
    void arenas_twoOfThem_areRows() throws IOException {
        JsonNode arenas = json("arenas", one.id());
        assertEquals(1, arenas.get(1).get("number").asInt());
        List<String> lines = done("arenas", one.id()).out().lines().toList();
        assertTrue(lines.getFirst().startsWith("ARENA  POLICY "), lines.getFirst());
        assertEquals(arenas.size() + 1, lines.size());
    }

    @Test
    void policy_set_isShownFromThenOn() throws IOException {
        assertEquals("WORST_FIT\n", done("policy", one.id(), "worst").out());
        assertEquals("WORST_FIT", json("policy", one.id()).get("policy").asText());
        String adaptive = done("policy", one.id(), "adaptive").out();
        assertTrue(adaptive.startsWith("ADAPTIVE, which favours SPEED\nin force, by arena: ["), adaptive);
        assertEquals("BEST_FIT\n", done("policy", one.id(), "best-fit").out());
    }

    @Test
    void limit_set_isShownFromThenOn_andCanBeTakenBack() throws IOException {
        assertTrue(done("limit", one.id(), "32m").out()
                .startsWith("limit 32.0 MiB (33554432 bytes) of a capacity of 64.0 MiB"));
        assertEquals(32 << 20, json("limit", one.id()).get("limitBytes").asLong());
        assertEquals(64 << 20, json("limit", one.id(), "64m").get("limitBytes").asLong());
    }

    @Test
    void defrag_pool_printsTheReport() throws IOException {
        String text = done("defrag", one.id()).out();
        assertTrue(text.matches("(?s)run \\d+, complete in .* ms; an arena's lock was held for \\d+ us at most\n.*"),
                text);
        assertTrue(text.contains("\narena "), text);
        JsonNode report = json("defrag", one.id(), "--arena", "1", "--time-limit", "60", "--byte-limit", "1t");
        assertEquals("COMPLETE", report.get("end").asText());
        assertEquals(1, report.get("arenas").size());
        assertEquals(1, report.get("arenas").get(0).get("number").asInt());
    }

    @Test
    void purge_pool_takesThoseStepsAlone() throws IOException {
        assertTrue(done("purge", one.id()).out()
                .matches("purged .* inside free blocks, released .* of wholly free regions\n"));
        JsonNode steps = json("purge", one.id()).get("steps");
        assertEquals("[\"PURGE\",\"RELEASE\"]", steps.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"svg", "html", "json"})
    void map_pool_isWritten(String form) throws IOException {
        Path file = directory.resolve("map." + form);
        assertTrue(done("map", one.id(), "-o", file.toString()).out().startsWith("wrote " + file));
        assertTrue(Files.size(file) > 500);
    }

    @Test
    void doctor_pool_saysSomethingAboutIt() throws IOException {
        JsonNode findings = json("doctor", one.id());
        assertTrue(findings.size() >= 1);
        String text = done("doctor", one.id()).out();
        String first = findings.get(0).get("severity").asText().toLowerCase(java.util.Locale.ROOT) + ": "
                + findings.get(0).get("title").asText();
        assertEquals(first, text.lines().findFirst().orElse(""));
        assertTrue(text.contains(findings.get(0).get("advice").asText()), text);
    }

    @Test
    void record_forATime_isATrace() throws IOException {
        Path file = directory.resolve("a.atrace.gz");
        CommandRun run = CommandRun.of("record", one.id(), "-o", file.toString(), "--seconds", "0.01");
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("recording to " + file + "; Ctrl-C ends it", run.err().strip());
        assertTrue(run.out().startsWith(file + ": 0 events (0 B before compression), complete\n"), run.out());
        try (TraceReader reader = TraceReader.open(file)) {
            assertFalse(reader.next());
        }
    }

    /** What Ctrl-C does to a JVM, SIGTERM does, too. */
    @Test
    void record_interrupted_endsInOrder() throws Exception {
        Path file = directory.resolve("b.atrace.gz");
        Process command = PoolProcess.start(Main.class.getName(), sockets,
                List.of("record", one.id(), "-o", file.toString(), "--json", "--stacktrace"),
                ProcessBuilder.Redirect.PIPE);
        awaitRecording(command, file);
        // By its handle: a process that is destroyed by itself closes its streams.
        command.toHandle().destroy();
        JsonNode figures = new ObjectMapper().readTree(command.getInputStream());
        assertEquals("CLOSED", figures.get("end").asText());
        assertEquals(128 + 15, command.waitFor());
        try (TraceReader reader = TraceReader.open(file)) {
            assertFalse(reader.next());
        }
    }

    /** The command says that it records once an interrupt would be heeded. */
    private static void awaitRecording(Process command, Path file) throws IOException {
        assertEquals("recording to " + file + "; Ctrl-C ends it", command.errorReader().readLine());
    }

    // Failures

    @ParameterizedTest
    @ValueSource(strings = {"stats", "arenas", "policy", "defrag", "limit", "purge", "doctor", "map", "record"})
    void command_noSuchProcess_isExit4(String name) throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        fails(4, "ashlar %s: process %d: there is none (./ashlar list shows those that have pools)"
                .formatted(name, ended.pid()), command(name, Long.toString(ended.pid())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"stats", "arenas", "policy", "defrag", "limit", "purge", "doctor", "map", "record"})
    void command_noSuchPool_isExit4(String name) {
        fails(4, "ashlar %s: process %s: pool: other (expected: query)".formatted(name, one.id()),
                command(name, one.id(), "--pool", "other"));
    }

    @Test
    void commands_twoPools_areExit2WithTheNames_andTakeAName() throws IOException {
        try (PoolProcess two = new PoolProcess(sockets, "left", "right")) {
            for (String name : COMMANDS) {
                fails(2, "ashlar %s: process %s: 2 pools (expected: the name of one: left, right)"
                        .formatted(name, two.id()), command(name, two.id()));
                assertEquals(0, CommandRun.of(command(name, two.id(), "--pool", "right")).exitCode(), name);
            }
            assertEquals("right", json("stats", two.id(), "--pool", "#2").get("name").asText());
            assertEquals(3, json("list").findValues("number").size());
        }
    }

    @Test
    void command_processWithoutAPool_isExit4() throws IOException {
        try (PoolProcess none = new PoolProcess(sockets)) {
            fails(4, ("ashlar stats: process %s has no attachable pool (expected: a JVM with an open pool, which has"
                    + " Ashlar's metrics module)").formatted(none.id()), "stats", none.id());
        }
    }

    @Test
    void command_processOfAnotherUser_isExit5() throws IOException {
        Process other = null;
        long pid = 1;
        if ("root".equals(System.getProperty("user.name"))) {
            Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv is not installed");
            other = new ProcessBuilder("/usr/bin/setpriv", "--reuid=4711", "--clear-groups", "sh", "-c",
                    "echo here; read end").start();
            pid = other.pid();
            assertEquals('h', other.getInputStream().read());
        }
        try {
            CommandRun run = CommandRun.of("stats", Long.toString(pid));
            assertEquals(5, run.exitCode());
            assertTrue(run.err().startsWith("ashlar stats: process " + pid + " belongs to "), run.err());
        } finally {
            if (other != null) {
                other.destroyForcibly();
            }
        }
    }

    @Test
    void record_processIsKilled_isExit6() throws IOException {
        try (PoolProcess process = new PoolProcess(sockets, "short")) {
            Running record = new Running("record", process.id(), "-o", directory.resolve("c").toString());
            record.awaitError("recording to ");
            process.kill();
            assertEquals(6, record.exitCode());
            assertTrue(record.err().contains("process " + process.id() + " ended before it had answered"),
                    record.err());
            assertEquals(1, json("list").size());
        }
    }

    @Test
    void command_processOfAnotherVersion_isExit7() throws Exception {
        String pid = Long.toString(ProcessHandle.current().pid());
        Path socket = sockets.resolve(pid + ".sock");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket));
            Thread server = Thread.ofPlatform().daemon().start(() -> {
                // The first connection only asks whether somebody is there.
                for (int i = 0; i < 2; i++) {
                    try (SocketChannel channel = listener.accept()) {
                        channel.read(ByteBuffer.allocate(1 << 14));
                        channel.write(
                                UTF_8.encode("{\"error\":\"protocol version: 1\",\"reason\":\"INCOMPATIBLE\"}\n"));
                    } catch (IOException e) {
                        // It was the first.
                    }
                }
            });
            fails(7, "ashlar stats: process " + pid + ": protocol version: 1", "stats", pid);
            server.join();
        } finally {
            Files.deleteIfExists(socket);
        }
    }

    @Test
    void defrag_noSuchArena_isExit1InThePoolsWords() {
        fails(1, "ashlar defrag: process " + one.id() + ": arena: 7 (expected: 0 to 1, or -1 for all)", "defrag",
                one.id(), "--arena", "7");
    }

    @Test
    void wrongUsage_isExit2() {
        String seeStats = "; see ./ashlar stats --help";
        fails(2, "ashlar stats: Missing required parameter: 'PID'" + seeStats, "stats");
        fails(2, "ashlar stats: Invalid value for positional parameter at index 0 (PID): x (expected: a process's id;"
                + " ./ashlar list shows those that have pools)" + seeStats, "stats", "x");
        fails(2, "ashlar stats: --count 3 without --watch (expected: both)" + seeStats, "stats", "1", "--count", "3");
        fails(2, "ashlar map: --output: x.png (expected: a name that ends with .svg, .html or .json); see ./ashlar map --help",
                "map", "1", "-o", "x.png");
        fails(2, "ashlar record: Missing required option: '--output=FILE'; see ./ashlar record --help", "record", "1");
        fails(2, "ashlar doctor: --sites: no: no such file (expected: a recording of Flight Recorder); see ./ashlar doctor --help",
                "doctor", "1", "--sites", "no");
    }

    /** A command that runs beside the test. */
    private static final class Running {
        private final StringWriter out = new StringWriter();
        private final StringWriter err = new StringWriter();
        private final CompletableFuture<Integer> exitCode;

        Running(String... arguments) {
            exitCode = CompletableFuture.supplyAsync(() -> Main.commandLine(Map.of())
                    .setOut(new PrintWriter(out))
                    .setErr(new PrintWriter(err))
                    .execute(arguments), task -> Thread.ofPlatform().daemon().start(task));
        }

        void awaitOutput(String text) {
            while (!out.toString().contains(text) && !exitCode.isDone()) {
                Thread.onSpinWait();
            }
        }

        void awaitError(String text) {
            while (!err.toString().contains(text) && !exitCode.isDone()) {
                Thread.onSpinWait();
            }
        }

        int exitCode() {
            return exitCode.join();
        }

        String err() {
            return err.toString();
        }
    }
}
