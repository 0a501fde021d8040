package dev.ashlar.attach;

import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.DefragStep;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapStatistics;
import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.attach.AttachException.Reason;
import dev.ashlar.doctor.Examination;
import dev.ashlar.json.RecordJson;
import dev.ashlar.map.HeapMap;
import org.jspecify.annotations.Nullable;

/** What can be asked of a process. */
final class Operations {
    static final String PROCESS = "process";
    static final String STATS = "stats";
    static final String ARENAS = "arenas";
    static final String BUDGETS = "budgets";
    static final String POLICY = "policy";
    static final String LIMIT = "limit";
    static final String DEFRAG = "defrag";
    static final String RECORD = "record";
    static final String MAP = "map";
    static final String EXAMINE = "examine";
    static final String SPACES = "spaces";
    static final String SHAPES = "shapes";

    private static final Map<String, Operation> ALL = new TreeMap<>(Map.ofEntries(
            Map.entry(PROCESS, Operations::process),
            Map.entry(STATS, exchange -> stats(exchange.pool())),
            Map.entry(ARENAS, exchange -> exchange.pool().arenaStatistics()),
            Map.entry(
                    BUDGETS, exchange -> exchange.pool().budgets().stream().map(Operations::budget).toList()),
            Map.entry(POLICY, Operations::policy),
            Map.entry(LIMIT, Operations::limit),
            Map.entry(DEFRAG, Operations::defrag),
            Map.entry(RECORD, RecordOperation::run),
            Map.entry(MAP, Operations::map),
            Map.entry(EXAMINE, exchange -> Examination.of(exchange.pool())),
            Map.entry(SPACES, SpaceOperations::spaces),
            Map.entry(SHAPES, SpaceOperations::shapes)));

    /** Does what is asked for; its result is what {@link RecordJson} can write. */
    @FunctionalInterface
    private interface Operation {
        Object run(Exchange exchange) throws IOException;
    }

    private Operations() {}

    /**
     * Does what a request asks for.
     *
     * @throws AttachException if it is refused
     * @throws IOException if the client has gone
     */
    static Object run(Exchange exchange) throws IOException {
        Operation operation = ALL.get(exchange.request().operation());
        if (operation == null) {
            throw new AttachException(Reason.INCOMPATIBLE, "operation: " + exchange.request().operation()
                    + " (expected: " + String.join(", ", ALL.keySet()) + ")");
        }
        return operation.run(exchange);
    }

    private static AttachedProcess process(Exchange exchange) {
        List<PoolSummary> pools = exchange.pools().open().stream().flatMap(Operations::summary).toList();
        // Main class and arguments: only the first is anybody's business.
        String program = System.getProperty("sun.java.command", "").split(" ", 2)[0];
        return new AttachedProcess(ProcessHandle.current().pid(), program, pools, null);
    }

    /** None of a pool that is closed meanwhile. */
    private static Stream<PoolSummary> summary(PoolTable.Numbered entry) {
        MemoryPool pool = entry.pool();
        try {
            HeapStatistics memory = pool.statistics().memory();
            return Stream.of(new PoolSummary(
                    entry.number(), pool.name(), pool.capacity(), pool.limit(), memory.committedBytes(),
                    memory.liveBytes()));
        } catch (IllegalStateException e) {
            return Stream.empty();
        }
    }

    private static PoolFigures stats(MemoryPool pool) {
        return new PoolFigures(
                pool.name(), pool.capacity(), pool.limit(), pool.residentBytes(), pool.policy(), pool.statistics());
    }

    private static BudgetFigures budget(Budget budget) {
        Budget parent = budget.parent();
        return new BudgetFigures(budget.name(), parent == null ? null : parent.name(), budget.statistics());
    }

    private static PolicyFigures policy(Exchange exchange) throws AttachException {
        MemoryPool pool = exchange.pool();
        FitPolicy wanted = constant(exchange.request(), "policy", FitPolicy.class);
        if (wanted != null) {
            pool.policy(wanted);
        }
        return new PolicyFigures(pool.policy(), pool.adaptation());
    }

    private static LimitFigures limit(Exchange exchange) throws AttachException {
        MemoryPool pool = exchange.pool();
        if (exchange.request().text("bytes") != null) {
            pool.limit(exchange.request().number("bytes", 0));
        }
        return new LimitFigures(pool.limit(), pool.capacity(), pool.statistics().memory().committedBytes());
    }

    private static DefragReport defrag(Exchange exchange) throws IOException {
        Request request = exchange.request();
        DefragOptions options = DefragOptions.all()
                .ofArena(Math.clamp(
                        request.number("arena", DefragOptions.ALL_ARENAS), Integer.MIN_VALUE, Integer.MAX_VALUE))
                .within(Duration.ofNanos(request.number("nanos", Long.MAX_VALUE)))
                .upTo(request.number("bytes", Long.MAX_VALUE));
        String steps = request.text("steps");
        return exchange.await(exchange.pool().defragment(steps == null ? options : options.only(steps(steps))));
    }

    /** A long text: in parts. */
    private static String map(Exchange exchange) throws IOException {
        MapForm wanted = constant(exchange.request(), "form", MapForm.class);
        MapForm form = wanted == null ? MapForm.SVG : wanted;
        HeapMap map = HeapMap.of(exchange.pool());
        try (Writer out = exchange.answer().text()) {
            switch (form) {
                case SVG -> map.writeSvg(out);
                case HTML -> map.writeHtml(out);
                case JSON -> map.writeJson(out);
            }
        }
        return form.name();
    }

    private static Set<DefragStep> steps(String names) throws AttachException {
        Set<DefragStep> steps = EnumSet.noneOf(DefragStep.class);
        for (String name : names.split(",", -1)) {
            steps.add(constant("steps", name, DefragStep.class));
        }
        return steps;
    }

    private static <E extends Enum<E>> @Nullable E constant(Request request, String name, Class<E> type)
            throws AttachException {
        String text = request.text(name);
        return text == null ? null : constant(name, text, type);
    }

    private static <E extends Enum<E>> E constant(String name, String text, Class<E> type) throws AttachException {
        List<E> all = Arrays.asList(type.getEnumConstants());
        return all.stream().filter(constant -> constant.name().equals(text)).findFirst()
                .orElseThrow(() -> new AttachException(Reason.REFUSED, name + ": " + text + " (expected: "
                        + all.stream().map(Enum::name).collect(Collectors.joining(", ")) + ")"));
    }
}
