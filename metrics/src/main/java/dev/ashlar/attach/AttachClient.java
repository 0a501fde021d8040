package dev.ashlar.attach;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

import dev.ashlar.ArenaStatistics;
import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.DefragStep;
import dev.ashlar.FitPolicy;
import dev.ashlar.doctor.Examination;
import org.jspecify.annotations.Nullable;

/**
 * Sees and steers the pools of another process of the same user on the same machine, or of this one.
 *
 * <pre>{@code
 *     AttachClient query = AttachClient.of(pid).pool("query");
 *     long live = query.statistics().statistics().memory().liveBytes();
 *     DefragReport report = query.defragment(DefragOptions.all().within(Duration.ofSeconds(1)));
 * }</pre>
 *
 * <p>Each call is a connection of its own. All throw {@link AttachException}, whose {@linkplain AttachException#reason() reason} says whether the process is there, has such a
 * pool, ended meanwhile, or refused; a thread that is interrupted gets an {@link java.io.InterruptedIOException}. Immutable and thread-safe.
 */
public final class AttachClient {
    private static final Duration LIST_PATIENCE = Duration.ofSeconds(2);

    private final Processes processes;
    private final long pid;
    private final @Nullable String pool;

    AttachClient(Processes processes, long pid, @Nullable String pool) {
        this.processes = processes;
        this.pid = pid;
        this.pool = pool;
    }

    /**
     * The processes of this user that have attachable pools, by id. One that does not answer within two seconds is among them, and says so. Sockets that processes left
     * behind which ended by force are removed.
     */
    public static List<AttachedProcess> list() throws IOException {
        return list(Processes.ofUser(), LIST_PATIENCE);
    }

    static List<AttachedProcess> list(Processes processes, Duration patience) throws IOException {
        List<AttachedProcess> found = new ArrayList<>();
        for (long pid : processes.sockets().keySet()) {
            try {
                found.add(new AttachClient(processes, pid, null).process(patience));
            } catch (AttachException e) {
                switch (e.reason()) {
                    case NO_SUCH_PROCESS, NO_POOL, OTHER_USER, ENDED -> {
                        // It has gone, or what is there is not its own.
                    }
                    default -> found.add(new AttachedProcess(pid, "", List.of(), e.getMessage()));
                }
            }
        }
        return found;
    }

    /**
     * A client for the pools of a process.
     *
     * @param pid the process's id, as {@code jps} shows it
     * @throws AttachException if there is no such process, it has no attachable pool, or it belongs to another user
     */
    public static AttachClient of(long pid) throws IOException {
        Processes processes = Processes.ofUser();
        processes.connect(pid).close();
        return new AttachClient(processes, pid, null);
    }

    /**
     * The same for one of the process's pools; a process with one pool needs no name.
     *
     * @param name of the pool, or {@code #} and its {@linkplain PoolSummary#number number}
     */
    public AttachClient pool(String name) {
        return new AttachClient(processes, pid, Objects.requireNonNull(name, "name"));
    }

    /** The process's id. */
    public long pid() {
        return pid;
    }

    /** The process and its pools. */
    public AttachedProcess process() throws IOException {
        return process(Protocol.PATIENCE);
    }

    private AttachedProcess process(Duration patience) throws IOException {
        try (Call call = send(Request.of(Operations.PROCESS), patience)) {
            call.next();
            return call.value(AttachedProcess.class);
        }
    }

    /** The pool's figures. */
    public PoolFigures statistics() throws IOException {
        return call(request(Operations.STATS), PoolFigures.class);
    }

    /** The figures of its arenas, by number. */
    public List<ArenaStatistics> arenas() throws IOException {
        return calls(request(Operations.ARENAS), ArenaStatistics.class);
    }

    /** The figures of its open budgets. */
    public List<BudgetFigures> budgets() throws IOException {
        return calls(request(Operations.BUDGETS), BudgetFigures.class);
    }

    /** Its fit policy, and what an adaptive one did. */
    public PolicyFigures policy() throws IOException {
        return call(request(Operations.POLICY), PolicyFigures.class);
    }

    /** Changes the fit policy. */
    public PolicyFigures policy(FitPolicy policy) throws IOException {
        return call(request(Operations.POLICY).with("policy", policy.name()), PolicyFigures.class);
    }

    /** How much its regions may take. */
    public LimitFigures limit() throws IOException {
        return call(request(Operations.LIMIT), LimitFigures.class);
    }

    /**
     * Changes that. A pool that has more keeps it until it is free.
     *
     * @param bytes up to the capacity, rounded up to whole regions
     */
    public LimitFigures limit(long bytes) throws IOException {
        return call(request(Operations.LIMIT).with("bytes", bytes), LimitFigures.class);
    }

    /**
     * Has the pool defragmented, and waits until it is. If this process ends before, or the thread is interrupted, the defragmentation ends, too.
     */
    public DefragReport defragment(DefragOptions options) throws IOException {
        Request request = request(Operations.DEFRAG)
                .with("arena", options.arena())
                .with("nanos", nanosOf(options.timeLimit()))
                .with("bytes", options.byteLimit())
                .with("steps", options.steps().stream().map(DefragStep::name).collect(Collectors.joining(",")));
        try (Call call = send(request, Connection.FOREVER)) {
            call.next();
            return call.value(DefragReport.class);
        }
    }

    private static long nanosOf(Duration time) {
        try {
            return time.toNanos();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    /**
     * Begins to record the pool; the process itself writes the trace.
     *
     * @param file of the trace
     * @param maxBytes the most that the file may have, 4096 or more
     * @param time for how long, or null for no limit
     * @return the recording, which is running
     */
    public RemoteRecording record(Path file, long maxBytes, @Nullable Duration time) throws IOException {
        Request request = request(Operations.RECORD)
                .with("file", file.toAbsolutePath())
                .with("bytes", maxBytes)
                .with("millis", time == null ? null : Math.max(1, time.toMillis()));
        return RemoteRecording.start(send(request, Connection.FOREVER));
    }

    /**
     * Writes a map of the pool, which the process itself draws.
     *
     * @throws IOException also if {@code out} throws it
     */
    public void map(MapForm form, Appendable out) throws IOException {
        try (Call call = send(request(Operations.MAP).with("form", form.name()), Connection.FOREVER)) {
            while (call.next()) {
                out.append(call.text());
            }
        }
    }

    /** What {@link dev.ashlar.doctor.Doctor#examine} goes by, without call sites. The process looks at all its free blocks for it, one arena after the other. */
    public Examination examine() throws IOException {
        try (Call call = send(request(Operations.EXAMINE), Connection.FOREVER)) {
            call.next();
            return call.value(Examination.class);
        }
    }

    /** The figures of all spaces that the process has {@linkplain PublishedSpaces published}. */
    public List<SpaceFigures> spaces() throws IOException {
        return calls(Request.of(Operations.SPACES), SpaceFigures.class);
    }

    /**
     * The figures of one of them.
     *
     * @param name of the space, or {@code #} and its {@linkplain SpaceFigures#number number}
     */
    public SpaceFigures space(String name) throws IOException {
        return calls(Request.of(Operations.SPACES).with("space", Objects.requireNonNull(name, "name")),
                SpaceFigures.class).getFirst();
    }

    /**
     * What of a space is allocated: one shape, or one of each source.
     *
     * @param name of the space, or {@code #} and its {@linkplain SpaceFigures#number number}
     * @param cells that a space with many extents is divided into, 1 to 65,536
     */
    public List<SpaceShape> spaceShapes(String name, int cells) throws IOException {
        Request request = Request.of(Operations.SHAPES)
                .with("space", Objects.requireNonNull(name, "name")).with("cells", cells);
        try (Call call = send(request, Connection.FOREVER)) {
            call.next();
            return call.values(SpaceShape.class);
        }
    }

    private Request request(String operation) {
        return Request.of(operation).with("pool", pool);
    }

    private <T extends Record> T call(Request request, Class<T> type) throws IOException {
        try (Call call = send(request, Protocol.PATIENCE)) {
            call.next();
            return call.value(type);
        }
    }

    private <T extends Record> List<T> calls(Request request, Class<T> type) throws IOException {
        try (Call call = send(request, Protocol.PATIENCE)) {
            call.next();
            return call.values(type);
        }
    }

    private Call send(Request request, Duration patience) throws IOException {
        return new Call(pid, processes.connect(pid), request, patience);
    }
}
