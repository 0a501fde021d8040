package dev.ashlar.attach;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.DefragStep;
import dev.ashlar.FitPolicy;
import dev.ashlar.RecordingEnd;
import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.attach.AttachException.Reason;
import dev.ashlar.trace.TraceReader;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Each request to a server in this process, and what a client makes of processes that are not there, not its own, or not good. */
@Timeout(60)
class AttachClientTest {
    private static final long OWN = ProcessHandle.current().pid();

    @TempDir
    Path directory;

    private static String message(AttachException e) {
        return String.valueOf(e.getMessage());
    }

    private static AttachException failure(Reason reason, Executable call) {
        AttachException e = assertThrows(AttachException.class, call);
        assertEquals(reason, e.reason(), e.getMessage());
        return e;
    }

    // Requests

    @Test
    void figures_quietPool_areThePools() throws IOException {
        try (Attached attached = new Attached(directory, "one")) {
            MemoryPool pool = attached.pool();
            pool.allocateAddress(100_000);
            PoolFigures figures = attached.client().statistics();
            assertEquals("one", figures.name());
            assertEquals(pool.capacity(), figures.capacityBytes());
            assertEquals(pool.statistics().memory(), figures.statistics().memory());
            assertEquals(pool.arenaStatistics(), attached.client().arenas());
        }
    }

    @Test
    void budgets_nested_nameTheirParents() throws IOException {
        try (Attached attached = new Attached(directory, "one");
                Budget query = attached.pool().openBudget("query", 1 << 20);
                Budget sort = query.openBudget("sort", 1 << 10)) {
            sort.allocateAddress(500);
            List<BudgetFigures> budgets = attached.client().budgets();
            assertEquals(Set.of(new BudgetFigures("query", null, query.statistics()),
                    new BudgetFigures("query/sort", "query", sort.statistics())), Set.copyOf(budgets));
            assertEquals(2, budgets.size());
        }
    }

    @Test
    void policy_set_isThePools() throws IOException {
        try (Attached attached = new Attached(directory, "one")) {
            assertEquals(FitPolicy.BEST_FIT, attached.client().policy().policy());
            assertEquals(FitPolicy.FIRST_FIT, attached.client().policy(FitPolicy.FIRST_FIT).policy());
            assertEquals(FitPolicy.FIRST_FIT, attached.pool().policy());
            assertEquals(attached.pool().adaptation(), attached.client().policy().adaptation());
        }
    }

    @Test
    void limit_set_isThePools() throws IOException {
        try (Attached attached = new Attached(directory, "one")) {
            MemoryPool pool = attached.pool();
            assertEquals(
                    new LimitFigures(pool.capacity(), pool.capacity(), pool.statistics().memory().committedBytes()),
                    attached.client().limit());
            assertEquals(8 << 20, attached.client().limit(8 << 20).limitBytes());
            assertEquals(8 << 20, pool.limit());
        }
    }

    @Test
    void defragment_someStepsOfOneArena_isWhatWasAskedFor() throws IOException {
        try (Attached attached = new Attached(directory, "one")) {
            DefragOptions options = DefragOptions.all().ofArena(1).within(Duration.ofMinutes(1)).upTo(1L << 40)
                    .only(Set.of(DefragStep.PURGE, DefragStep.RELEASE));
            DefragReport report = attached.client().defragment(options);
            assertTrue(report.requested());
            assertEquals(List.of(DefragStep.PURGE, DefragStep.RELEASE), report.steps());
            assertEquals(List.of(1), report.arenas().stream().map(DefragReport.ArenaRow::number).toList());
            assertEquals(2, attached.client().defragment(DefragOptions.all()).arenas().size());
        }
    }

    @Test
    void defragment_noSuchArena_isRefusedInThePoolsWords() throws IOException {
        try (Attached attached = new Attached(directory, "one")) {
            AttachException e = failure(Reason.REFUSED,
                    () -> attached.client().defragment(DefragOptions.all().ofArena(2)));
            assertEquals("process " + OWN + ": arena: 2 (expected: 0 to 1, or -1 for all)", e.getMessage());
        }
    }

    @Test
    void process_twoPools_listsBoth_andAsksWhichIsMeant() throws IOException {
        try (Attached attached = new Attached(directory, "one", "two")) {
            AttachedProcess process = attached.client().process();
            assertEquals(OWN, process.pid());
            assertEquals(List.of("one", "two"), process.pools().stream().map(PoolSummary::name).toList());
            assertEquals("process " + OWN + ": 2 pools (expected: the name of one: one, two)",
                    failure(Reason.WHICH_POOL, () -> attached.client().statistics()).getMessage());
            assertEquals("two", attached.client().pool("two").statistics().name());
            assertEquals("process " + OWN + ": pool: three (expected: one, two)",
                    failure(Reason.NO_POOL, () -> attached.client().pool("three").statistics()).getMessage());
        }
    }

    @Test
    void process_twoPoolsOfOneName_areToldApartByNumber() throws IOException {
        try (Attached attached = new Attached(directory, "same", "same")) {
            attached.pool().limit(8 << 20);
            assertEquals(
                    "process " + OWN + ": pool: same, 2 of them (expected: the number of one: #1 (same), #2 (same))",
                    failure(Reason.WHICH_POOL, () -> attached.client().pool("same").statistics()).getMessage());
            assertEquals(8 << 20, attached.client().pool("#1").limit().limitBytes());
            assertEquals(32 << 20, attached.client().pool("#2").limit().limitBytes());
        }
    }

    // Recording

    @Test
    void record_stopped_isAWholeTrace() throws IOException {
        Path file = directory.resolve("t.atrace.gz");
        try (Attached attached = new Attached(directory, "one");
                RemoteRecording recording = attached.client().record(file, 1 << 20, null)) {
            attached.pool().freeAddress(attached.pool().allocateAddress(100));
            recording.stop();
            RecordingFigures figures = recording.await(now -> {});
            assertEquals(file.toString(), figures.file());
            assertEquals(2, figures.events());
            assertEquals(RecordingEnd.CLOSED, figures.end());
            assertEquals(2, events(file));
        }
    }

    private static long events(Path file) throws IOException {
        try (TraceReader reader = TraceReader.open(file)) {
            long events = 0;
            while (reader.next()) {
                events++;
            }
            return events;
        }
    }

    @Test
    void record_forATime_endsByItself_andSaysHowFarItIs() throws IOException {
        List<RecordingFigures> steps = new ArrayList<>();
        try (Attached attached = new Attached(directory, "one");
                RemoteRecording recording =
                        attached.client().record(directory.resolve("t"), 1 << 20, Duration.ofMillis(1))) {
            assertEquals(RecordingEnd.CLOSED, recording.await(steps::add).end());
            assertFalse(steps.isEmpty());
            assertTrue(Files.exists(directory.resolve("t")));
        }
    }

    @Test
    void record_clientGoes_endsAndKeepsTheTrace() throws IOException {
        Path file = directory.resolve("t");
        try (Attached attached = new Attached(directory, "one")) {
            attached.client().record(file, 1 << 20, null).close();
            while (!Files.exists(file)) {
                Thread.onSpinWait();
            }
            assertEquals(0, events(file));
        }
    }

    @Test
    void record_poolCloses_endsWithIt() throws IOException {
        Path file = directory.resolve("t");
        try (Attached attached = new Attached(directory, "one");
                RemoteRecording recording = attached.client().record(file, 1 << 20, null)) {
            attached.pool().close();
            assertEquals(RecordingEnd.POOL_CLOSED, recording.await(now -> {}).end());
        }
    }

    @Test
    void record_whileRecorded_isRefused() throws IOException {
        try (Attached attached = new Attached(directory, "one");
                RemoteRecording first = attached.client().record(directory.resolve("t"), 1 << 20, null)) {
            failure(Reason.REFUSED, () -> attached.client().record(directory.resolve("u"), 1 << 20, null));
            first.stop();
            first.await(now -> {});
            assertFalse(Files.exists(directory.resolve("u")));
        }
    }

    @Test
    void record_whereNothingCanBeWritten_isRefused() throws IOException {
        try (Attached attached = new Attached(directory, "one")) {
            Path file = directory.resolve("no").resolve("t");
            AttachException e = failure(Reason.REFUSED, () -> attached.client().record(file, 1 << 20, null));
            assertTrue(message(e).startsWith("process " + OWN + ": " + file + " can't be written: "),
                    e::getMessage);
        }
    }

    // Who goes while something takes long

    @Test
    void await_clientGoes_cancels() throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(directory.resolve("s")));
            SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("s")));
            try (Connection connection = new Connection(listener.accept())) {
                Exchange exchange = new Exchange(
                        new PoolTable(), new SpaceTable(), Request.of("defrag"), connection,
                        new Answer(connection, Attached.LONG));
                CompletableFuture<String> never = new CompletableFuture<>();
                client.close();
                failure(Reason.REFUSED, () -> exchange.await(never));
                assertTrue(never.isCancelled());
            }
        }
    }

    @Test
    void await_answered_isTheAnswer() throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(directory.resolve("s")));
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("s")));
                    Connection connection = new Connection(listener.accept())) {
                Exchange exchange = new Exchange(
                        new PoolTable(), new SpaceTable(), Request.of("defrag"), connection,
                        new Answer(connection, Attached.LONG));
                assertTrue(client.isConnected());
                // Often, as who waits may be woken at any moment of its own.
                for (int i = 0; i < 2000; i++) {
                    assertEquals("done", exchange.await(CompletableFuture.supplyAsync(() -> "done")));
                }
                CompletableFuture<String> failed =
                        CompletableFuture.failedFuture(new IllegalStateException("the pool is closed"));
                assertTrue(message(failure(Reason.REFUSED, () -> exchange.await(failed))).contains("is closed"));
            }
        }
    }

    // Processes

    private static long endedPid() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        return ended.pid();
    }

    @Test
    void connect_noSuchProcess_saysSo() throws Exception {
        try (Attached attached = new Attached(directory)) {
            long pid = endedPid();
            assertEquals("process " + pid + ": there is none (./ashlar list shows those that have pools)",
                    failure(Reason.NO_SUCH_PROCESS, () -> attached.processes.connect(pid)).getMessage());
        }
    }

    @Test
    void connect_processWithoutAPool_saysSo() throws IOException {
        try (Attached attached = new Attached(directory)) {
            assertTrue(message(failure(Reason.NO_POOL, () -> attached.processes.connect(OWN)))
                    .startsWith("process " + OWN + " has no attachable pool (expected: a JVM with an open pool"));
        }
    }

    @Test
    void connect_directoryThatIsNotUsed_isNamed() throws IOException {
        try (Attached attached = new Attached(directory)) {
            Files.createFile(attached.directory);
            assertTrue(message(failure(Reason.NO_POOL, () -> attached.processes.connect(OWN)))
                    .endsWith("; " + attached.directory + ": a file (expected: a directory)"));
        }
    }

    /** As the superuser a process of another user can be made; else there is one already. */
    @Test
    void connect_processOfAnotherUser_saysWhose() throws Exception {
        try (Attached attached = new Attached(directory)) {
            if (attached.processes.userId() != 0) {
                assertTrue(message(failure(Reason.OTHER_USER, () -> attached.processes.connect(1)))
                        .startsWith("process 1 belongs to "));
                return;
            }
            Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv is not installed");
            Process other = new ProcessBuilder("/usr/bin/setpriv", "--reuid=4711", "--clear-groups", "sh", "-c",
                    "echo here; read end").start();
            try {
                assertEquals('h', other.getInputStream().read());
                assertEquals("process %d belongs to user 4711 (expected: to user 0, who asks)".formatted(other.pid()),
                        failure(Reason.OTHER_USER, () -> attached.processes.connect(other.pid())).getMessage());
            } finally {
                other.destroyForcibly();
            }
        }
    }

    @Test
    void list_ownProcess_isThere() throws IOException {
        try (Attached attached = new Attached(directory, "one")) {
            AttachedProcess found = AttachClient.list(attached.processes, Attached.LONG).getFirst();
            assertEquals(OWN, found.pid());
            assertEquals("one", found.pools().getFirst().name());
            assertFalse(found.program().isEmpty());
        }
    }

    @Test
    void list_socketOfAProcessThatIsGone_isRemoved() throws Exception {
        try (Attached attached = new Attached(directory)) {
            SocketDirectory place =
                    SocketDirectory.make(List.of(attached.directory), attached.processes.userId());
            Path stale = place.socket(endedPid());
            Path own = place.socket(OWN);
            for (Path socket : List.of(stale, own)) {
                try (ServerSocketChannel gone = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                    gone.bind(UnixDomainSocketAddress.of(socket));
                }
            }
            assertEquals(List.of(), AttachClient.list(attached.processes, Attached.LONG));
            assertFalse(Files.exists(stale));
            assertTrue(Files.exists(own), "of a process that lives, and may be about to listen");
        }
    }

    @Test
    void list_processThatDoesNotAnswer_isThereWithItsProblem() throws IOException {
        try (Attached attached = new Attached(directory); ServerSocketChannel silent = listen(attached)) {
            assertTrue(silent.isOpen());
            AttachedProcess found = AttachClient.list(attached.processes, Duration.ofMillis(1)).getFirst();
            assertEquals(OWN, found.pid());
            assertEquals("process " + OWN + " does not answer (is it stopped?): nothing came in time", found.problem());
        }
    }

    private static ServerSocketChannel listen(Attached attached) throws IOException {
        SocketDirectory.make(List.of(attached.directory), attached.processes.userId());
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(attached.socket()));
        return listener;
    }

    /** What comes back in place of an answer; {@code -}: nothing, and the connection ends. */
    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {
        "- ~ ENDED",
        "{\"result\":{\"na ~ ENDED",
        "HTTP/1.0 400\\n ~ INCOMPATIBLE",
        "{}\\n ~ INCOMPATIBLE",
        "[]\\n ~ INCOMPATIBLE",
        "{\"result\":{}}\\n ~ INCOMPATIBLE",
        "{\"result\":3}\\n ~ INCOMPATIBLE",
        "{\"error\":\"no\",\"reason\":\"NEWER\"}\\n ~ REFUSED",
        "{\"error\":\"no\",\"more\":[1],\"reason\":\"INCOMPATIBLE\"}\\n ~ INCOMPATIBLE"
    })
    void answer_thatIsNone_saysSo(String answer, Reason reason) throws Exception {
        try (Attached attached = new Attached(directory); ServerSocketChannel listener = listen(attached)) {
            Thread server = Thread.ofPlatform().start(() -> {
                try (SocketChannel channel = listener.accept()) {
                    channel.read(ByteBuffer.allocate(Protocol.MAX_REQUEST_BYTES));
                    channel.write(UTF_8.encode(answer.equals("-") ? "" : answer.replace("\\n", "\n")));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            AttachException e = failure(reason, () -> attached.client().statistics());
            assertTrue(message(e).startsWith("process " + OWN), e::getMessage);
            server.join();
        }
    }

    // The service

    @Test
    void pool_builtInAnyProcess_isAttachable_unlessItOptsOut() throws IOException {
        try (MemoryPool open = MemoryPool.builder().name("open to tools").capacity(1 << 20).build();
                MemoryPool closed = MemoryPool.builder().name("not open").capacity(1 << 20).attachable(false).build()) {
            List<String> names = awaitProcess().pools().stream().map(PoolSummary::name).toList();
            assertTrue(names.contains(open.name()), names::toString);
            assertFalse(names.contains(closed.name()), names::toString);
        }
    }

    private static AttachedProcess awaitProcess() throws IOException {
        while (true) {
            try {
                return AttachClient.of(OWN).process();
            } catch (AttachException e) {
                assertEquals(Reason.NO_POOL, e.reason(), e.getMessage());
            }
        }
    }
}
