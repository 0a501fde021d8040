package dev.ashlar.defrag;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.DefragReport.Failure;
import dev.ashlar.DefragSettings;
import dev.ashlar.DefragStatistics;
import dev.ashlar.DefragStep;
import dev.ashlar.LockSlices;
import dev.ashlar.ReclaimKind;
import dev.ashlar.lock.LockRank;
import org.jspecify.annotations.Nullable;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

/**
 * Runs the steps that are due over a pool:
 *
 * <pre>{@code
 *     runDue -> figures of all arenas -> Decays: what is beyond its limit -> DefragPolicy.due -> steps -> report
 *     run    -> the same, with all steps and no decay
 * }</pre>
 *
 * <p>One run at a time. Settings and statistics may be read and changed by any thread.
 */
public final class Defragmenter {
    private static final int MOST_REPORTS = 8;

    private final String poolName;
    private final DefragSpace space;
    private final LongSupplier clock;
    private final Decays decays;
    private final Passes passes;
    private final List<Step> steps = List.of(
            new DrainQueues(), new TakeBackCaches(), new CoalesceSlabs(), new CompactMovables(), new PurgePages(),
            new ReleaseRegions());
    private volatile DefragSettings settings;

    // Of runs: the thread that runs has this object's monitor.
    private long activity = -1;
    private long activeNanos;

    private final Counters counters = new Counters();

    /** What all runs did. Guarded by its own monitor, which no run holds for long. */
    private static final class Counters {
        private long runs;
        private long requests;
        private long failures;
        private long movedBytes;
        private long returnedBytes;
        private long coalescedBytes;
        private long purgedBytes;
        private long releasedBytes;
        private long purges;
        private LockSlices locks = LockSlices.NONE;
        private long totalNanos;
        private final Deque<DefragReport> reports = new ArrayDeque<>();

        synchronized long begin(boolean requested) {
            requests += requested ? 1 : 0;
            return ++runs;
        }

        synchronized void failed() {
            failures++;
        }

        synchronized void add(DefragReport report) {
            failures += report.failureCount();
            movedBytes += report.bytes(ReclaimKind.MOVED);
            returnedBytes += report.bytes(ReclaimKind.RETURNED);
            coalescedBytes += report.bytes(ReclaimKind.COALESCED);
            purgedBytes += report.bytes(ReclaimKind.PURGED);
            releasedBytes += report.bytes(ReclaimKind.RELEASED);
            purges += report.purges();
            locks = locks.plus(report.locks());
            totalNanos += report.durationNanos();
            if (reports.size() == MOST_REPORTS) {
                reports.removeFirst();
            }
            reports.addLast(report);
        }

        synchronized List<DefragReport> reports() {
            return List.copyOf(reports);
        }

        synchronized DefragStatistics statistics(boolean alive, long interrupts, long dirtyBytes) {
            return new DefragStatistics(
                    alive,
                    runs,
                    requests,
                    failures,
                    interrupts,
                    movedBytes,
                    returnedBytes,
                    coalescedBytes,
                    purgedBytes,
                    releasedBytes,
                    purges,
                    dirtyBytes,
                    locks,
                    totalNanos);
        }
    }

    /**
     * For a pool.
     *
     * @param poolName for the log
     * @param clock in nanoseconds, of any origin
     */
    public Defragmenter(String poolName, DefragSpace space, DefragSettings settings, LongSupplier clock) {
        this.poolName = poolName;
        this.space = space;
        this.settings = settings;
        this.clock = clock;
        decays = new Decays(space);
        passes = new Passes(space);
    }

    /** The settings in force. */
    public DefragSettings settings() {
        return settings;
    }

    /** Changes the settings, for the next run on. */
    public void settings(DefragSettings newSettings) {
        settings = newSettings;
    }

    /** What all runs did. */
    public DefragStatistics statistics(boolean alive, long interrupts) {
        long dirtyBytes = 0;
        for (int i = 0; i < space.arenas(); i++) {
            dirtyBytes += space.arena(i).dirtyPages() * space.arena(i).pageBytes();
        }
        return counters.statistics(alive, interrupts, dirtyBytes);
    }

    /** The reports of the last {@value #MOST_REPORTS} runs, oldest first. */
    public List<DefragReport> reports() {
        return counters.reports();
    }

    /** Counts a failure that is in no report. */
    public void failed() {
        counters.failed();
    }

    /**
     * Does what is due.
     *
     * @return the report, or null if nothing is due
     * @throws IllegalStateException if the pool is closed
     */
    public synchronized @Nullable DefragReport runDue() {
        assert LockRank.DEFRAGMENTATION.enter();
        try {
            Outlook outlook = look();
            Set<DefragStep> due = DefragPolicy.due(outlook.figures, outlook.settings);
            return due.isEmpty() ? null : run(false, DefragOptions.all(), () -> false, due, outlook);
        } finally {
            assert LockRank.DEFRAGMENTATION.leave();
        }
    }

    /**
     * Does all that can be done by the steps that are wanted.
     *
     * @param cancelled asked between two pieces of work
     * @throws IllegalStateException if the pool is closed
     */
    public synchronized DefragReport run(DefragOptions options, BooleanSupplier cancelled) {
        assert LockRank.DEFRAGMENTATION.enter();
        try {
            return run(true, options, cancelled, options.steps(), look());
        } finally {
            assert LockRank.DEFRAGMENTATION.leave();
        }
    }

    private DefragReport run(
            boolean requested,
            DefragOptions options,
            BooleanSupplier cancelled,
            Set<DefragStep> due,
            Outlook outlook) {
        long number = counters.begin(requested);
        DefragRun run = new DefragRun(space, decays, passes, clock, requested, options, cancelled, outlook);
        run.run(steps, due);
        DefragReport report = run.report(number, due);
        counters.add(report);
        log(report);
        return report;
    }

    /**
     * What a run finds.
     *
     * @param settings that it goes by
     * @param arenas their figures
     * @param pagesDue dirty pages beyond what decay lets stay, by arena
     * @param regionsKept how many wholly free regions may stay
     * @param figures for the policy
     */
    record Outlook(
            DefragSettings settings,
            List<DefragArena.Figures> arenas,
            List<Long> pagesDue,
            int regionsKept,
            DefragFigures figures) {}

    private Outlook look() {
        DefragSettings current = settings;
        long now = clock.getAsLong();
        space.sliceNanos(Nanos.of(current.slice()));
        decays.begin(now, Nanos.of(current.decayTime()));
        List<DefragArena.Figures> arenas = new ArrayList<>();
        List<Long> pagesDue = new ArrayList<>();
        for (int i = 0; i < space.arenas(); i++) {
            DefragArena arena = space.arena(i);
            arenas.add(arena.figures());
            pagesDue.add(decays.pagesDue(arena, now));
        }
        int regionsKept = decays.regionsKept(now);
        return new Outlook(current, arenas, pagesDue, regionsKept, figures(arenas, pagesDue, regionsKept, now));
    }

    private DefragFigures figures(List<DefragArena.Figures> arenas, List<Long> pagesDue, int regionsKept, long now) {
        long served = arenas.stream().mapToLong(DefragArena.Figures::activity).sum();
        if (served != activity) {
            activity = served;
            activeNanos = now;
        }
        int retained = space.retainedRegions();
        return new DefragFigures(
                arenas.stream().mapToLong(DefragArena.Figures::committedBytes).sum() + retained * space.regionBytes(),
                arenas.stream().mapToLong(arena -> arena.free().bytes()).sum(),
                arenas.stream().mapToDouble(arena -> arena.free().fragmentation()).max().orElse(0),
                space.cachedBytes(),
                arenas.stream().mapToLong(DefragArena.Figures::queuedBytes).sum(),
                space.endedCaches(),
                arenas.stream().mapToLong(DefragArena.Figures::emptySlabs).sum(),
                pagesDue.stream().mapToLong(Long::longValue).sum(),
                Math.max(0, retained - regionsKept),
                now - activeNanos,
                passes.figures(now));
    }

    private void log(DefragReport report) {
        System.Logger log = System.getLogger("dev.ashlar");
        if (log.isLoggable(DEBUG)) {
            log.log(DEBUG, "pool '" + poolName + "': " + report);
        }
        if (!report.failures().isEmpty()) {
            Failure first = report.failures().getFirst();
            log.log(WARNING,
                    "pool '%s': defragmentation %d: %d failures, the first in %s of %s; the rest went on".formatted(
                            poolName,
                            report.number(),
                            report.failureCount(),
                            first.step(),
                            first.arena() < 0 ? "the pool" : "arena " + first.arena()),
                    first.cause());
        }
    }
}
