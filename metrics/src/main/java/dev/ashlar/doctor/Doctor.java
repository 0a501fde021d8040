package dev.ashlar.doctor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.ashlar.ArenaStatistics;
import dev.ashlar.DefragSettings;
import dev.ashlar.HeapStatistics;
import dev.ashlar.PoolExhaustedException.Cause;
import dev.ashlar.PoolStatistics;
import dev.ashlar.SizeClassFragmentation;
import dev.ashlar.sites.Site;
import dev.ashlar.text.ByteSizes;

/**
 * Examines a pool. Counters count from its beginning: what they say may be long over, and the evidence tells how often it was.
 *
 * <p>A pure function: the same figures lead to the same findings. Thresholds are here, and in {@code docs/doctor.md}.
 */
public final class Doctor {
    /** From so much fragmentation on, and so much of committed memory free in pieces, it is worth a word. */
    static final double FRAGMENTATION = 0.5;

    static final double FREE_SHARE = 0.25;

    /** From so much of committed memory in caches and queues on, and so many bytes. */
    static final double PENDING_SHARE = 0.25;

    static final long PENDING_BYTES = 1 << 20;

    /** Dirty bytes that are worth a word. */
    static final long DIRTY_BYTES = 1 << 20;

    /** A budget that has so much of what it is a part of is one that others may starve beside. */
    static final double STARVING_SHARE = 0.5;

    private static final int MOST_NAMED = 5;

    private final Examination of;
    private final PoolStatistics statistics;
    private final HeapStatistics memory;
    private final List<Finding> findings = new ArrayList<>();

    private Doctor(Examination of) {
        this.of = of;
        statistics = of.statistics();
        memory = statistics.memory();
    }

    /**
     * Examines a pool.
     *
     * @return what was found, the worst first, in the order of {@link Ailment} else; one {@linkplain Ailment#NONE finding} if there is nothing
     */
    public static List<Finding> examine(Examination examination) {
        Doctor doctor = new Doctor(examination);
        doctor.fencedArenas();
        doctor.workerDead();
        doctor.commitRefused();
        doctor.capacityTooSmall();
        doctor.starvingBudgets();
        doctor.fragmentation();
        doctor.leaks();
        doctor.pendingHeld();
        doctor.decayOff();
        doctor.failedReleases();
        if (doctor.findings.isEmpty()) {
            doctor.healthy();
        }
        // Stable: what is equally bad stays in its order.
        doctor.findings.sort(Comparator.comparing(Finding::severity).reversed());
        return List.copyOf(doctor.findings);
    }

    private void found(
            Severity severity, Ailment ailment, String title, String evidence, String advice, String command) {
        findings.add(new Finding(severity, ailment, title, evidence, advice, command));
    }

    private String command(String words) {
        return "ashlar " + words.replace("PID", Long.toString(of.pid()));
    }

    private void healthy() {
        found(
                Severity.HEALTHY,
                Ailment.NONE,
                "no problem",
                "%s live of %s committed, fragmentation %.2f, %s pending, no request failed".formatted(
                        ByteSizes.format(memory.liveBytes()),
                        ByteSizes.format(memory.committedBytes()),
                        memory.fragmentation(),
                        ByteSizes.format(memory.pendingBytes())),
                "nothing is to be done",
                "");
    }

    private void fencedArenas() {
        if (statistics.fencedArenas() == 0) {
            return;
        }
        String numbers = of.arenas()
                .stream()
                .filter(ArenaStatistics::fenced)
                .map(arena -> Integer.toString(arena.number()))
                .collect(Collectors.joining(", "));
        found(
                Severity.CRITICAL,
                Ailment.FENCED_ARENAS,
                "damaged arenas serve nothing",
                "%d of %d arenas fenced%s; cells freed twice: %d".formatted(
                        statistics.fencedArenas(),
                        statistics.arenas(),
                        numbers.isEmpty() ? "" : " (number " + numbers + ")",
                        statistics.doubleFrees()),
                "something wrote past a block or into a free one: the log has the address; a hardened pool finds the culprit, and MemoryPool.recover()"
                        + " lifts the fence of what validates",
                command("map PID -o FILE"));
    }

    private void workerDead() {
        if (!statistics.defragmentation().alive()) {
            found(
                    Severity.CRITICAL,
                    Ailment.WORKER_DEAD,
                    "the worker has died",
                    "its thread has ended after %d runs, %d of whose steps failed".formatted(
                            statistics.defragmentation().runs(), statistics.defragmentation().failures()),
                    "nothing is given back on its own any more: the log has the error; a new pool has a new worker",
                    "");
        }
    }

    private void commitRefused() {
        long refusals = failures(Cause.OPERATING_SYSTEM);
        if (refusals > 0) {
            found(
                    Severity.CRITICAL,
                    Ailment.COMMIT_REFUSED,
                    "the operating system refused memory",
                    "%d requests failed as memory could not be committed, %s is".formatted(
                            refusals, ByteSizes.format(memory.committedBytes())),
                    "the machine, or its control group, is full: give back what is free here, or let the pool have less",
                    command("purge PID"));
        }
    }

    private long failures(Cause cause) {
        return statistics.failuresByCause().getOrDefault(cause, 0L);
    }

    private void capacityTooSmall() {
        long failures = failures(Cause.CAPACITY);
        boolean fails = failures > 0 || statistics.waiting() > 0;
        if (!fails && statistics.waits() == 0 && statistics.pressureCalls() == 0) {
            return;
        }
        boolean isLimited = statistics.limitBytes() < memory.capacityBytes();
        found(
                fails ? Severity.CRITICAL : Severity.WARNING,
                Ailment.CAPACITY_TOO_SMALL,
                isLimited ? "the limit is too low" : "the capacity is too small",
                "%d requests failed, %d waited (%d wait now), pressure callbacks were called %d times; %s live, %s %s"
                        .formatted(
                                failures,
                                statistics.waits(),
                                statistics.waiting(),
                                statistics.pressureCalls(),
                                ByteSizes.format(memory.liveBytes()),
                                isLimited ? "limit" : "capacity",
                                ByteSizes.format(isLimited ? statistics.limitBytes() : memory.capacityBytes())),
                isLimited
                        ? "raise the limit, up to the capacity"
                        : "build the pool with a larger capacity, or see which call sites hold the bytes",
                isLimited ? command("limit PID " + memory.capacityBytes()) : command("sites FILE"));
    }

    private void starvingBudgets() {
        boolean poolStarves = failures(Cause.CAPACITY) > 0 || statistics.waiting() > 0;
        for (BudgetState budget : of.budgets()) {
            boolean ofPool = budget.parent().isEmpty();
            long total = ofPool ? statistics.limitBytes() : limitOf(budget.parent());
            long refused = siblings(budget).mapToLong(other -> other.statistics().refusals()).sum();
            if (total > 0
                    && budget.takenBytes() >= STARVING_SHARE * total
                    && (ofPool ? poolStarves : refused > 0)) {
                found(
                        Severity.WARNING,
                        Ailment.STARVING_BUDGET,
                        "budget '" + budget.name() + "' starves others",
                        "it has %s, %.0f %% of the %s of %s, where %s".formatted(
                                ByteSizes.format(budget.takenBytes()),
                                100.0 * budget.takenBytes() / total,
                                ByteSizes.format(total),
                                ofPool ? "the pool" : "budget '" + budget.parent() + "'",
                                ofPool ? "requests failed or wait" : "others were refused " + refused + " times"),
                        "give it a lower limit (Budget.limit), or see which call sites hold its bytes",
                        command("sites FILE"));
            }
        }
    }

    /** The limit of a budget that is open, or 0. */
    private long limitOf(String budget) {
        return of.budgets()
                .stream()
                .filter(other -> other.name().equals(budget))
                .mapToLong(other -> other.statistics().limitBytes())
                .findFirst()
                .orElse(0);
    }

    private Stream<BudgetState> siblings(BudgetState budget) {
        return of.budgets()
                .stream()
                .filter(other -> other.parent().equals(budget.parent()) && !other.name().equals(budget.name()));
    }

    private void fragmentation() {
        long failures = failures(Cause.FRAGMENTATION);
        boolean isHigh = memory.fragmentation() >= FRAGMENTATION
                && memory.partlyFreeBytes() >= FREE_SHARE * memory.committedBytes()
                && memory.partlyFreeBytes() > 0;
        if (failures == 0 && !isHigh) {
            return;
        }
        String suffering = named(
                of.sizeClasses()
                        .stream()
                        .filter(each -> each.fragmentation() >= FRAGMENTATION)
                        .sorted(Comparator.comparingDouble(SizeClassFragmentation::fragmentation)
                                .reversed()
                                .thenComparingLong(SizeClassFragmentation::payloadBytes))
                        .toList(),
                each -> "%s (%.2f)".formatted(ByteSizes.format(each.payloadBytes()), each.fragmentation()));
        found(
                failures > 0 ? Severity.CRITICAL : Severity.WARNING,
                Ailment.FRAGMENTATION,
                "free memory is fragmented",
                "fragmentation %.2f over %s free in partly used regions, the largest piece %s; %d requests failed by it%s"
                        .formatted(
                                memory.fragmentation(),
                                ByteSizes.format(memory.partlyFreeBytes()),
                                ByteSizes.format(memory.largestPartlyFreeBytes()),
                                failures,
                                suffering.isEmpty() ? "" : "; requests that suffer: of " + suffering),
                "defragment; if it comes back, try another fit policy, which a recording of the pool helps to choose",
                command("defrag PID"));
    }

    private static <T> String named(List<T> all, Function<T, String> name) {
        String first = all.stream().limit(MOST_NAMED).map(name).collect(Collectors.joining(", "));
        return all.size() <= MOST_NAMED ? first : first + ", and " + (all.size() - MOST_NAMED) + " more";
    }

    private void leaks() {
        if (statistics.leaks() == 0) {
            return;
        }
        String sites = named(of.sites(), (Site site) -> site.name() + " (" + ByteSizes.format(site.liveBytes()) + ")");
        found(
                Severity.WARNING,
                Ailment.LEAKS,
                "blocks leak",
                "%d views, arenas or budgets were given up with blocks in them%s".formatted(
                        statistics.leaks(),
                        sites.isEmpty() ? "" : "; sites that hold the most: " + sites),
                "close what is opened, as by try-with-resources; the events dev.ashlar.Leak say which, and samples say where",
                command("sites FILE"));
    }

    private void pendingHeld() {
        if (memory.pendingBytes() < PENDING_BYTES
                || memory.pendingBytes() < PENDING_SHARE * memory.committedBytes()) {
            return;
        }
        boolean inCaches = statistics.cachedBytes() >= statistics.queuedBytes();
        found(
                Severity.WARNING,
                Ailment.PENDING_HELD,
                inCaches ? "idle threads' caches hold memory" : "memory waits in queues",
                "%s pending, %.0f %% of what is committed: %s in %d caches, %s in queues".formatted(
                        ByteSizes.format(memory.pendingBytes()),
                        100.0 * memory.pendingBytes() / memory.committedBytes(),
                        ByteSizes.format(statistics.cachedBytes()),
                        statistics.caches(),
                        ByteSizes.format(statistics.queuedBytes())),
                inCaches
                        ? "a cache comes back when its thread frees, or ends: lower the limits of caches (MemoryPool.cacheLimits); a defragmentation takes back"
                                + " what ended threads and queues hold"
                        : "a defragmentation takes back what queues hold",
                command("defrag PID"));
    }

    private void decayOff() {
        long dirty = statistics.defragmentation().dirtyBytes();
        if (of.settings().decayTime().equals(DefragSettings.NEVER) && dirty >= DIRTY_BYTES) {
            found(
                    Severity.WARNING,
                    Ailment.DECAY_OFF,
                    "decay is off, and free pages stay",
                    "%s of free blocks may be in memory, and the decay time is NEVER"
                            .formatted(ByteSizes.format(dirty)),
                    "set a decay time (DefragSettings.withDecayTime), or give the pages back now",
                    command("purge PID"));
        }
    }

    private void failedReleases() {
        if (statistics.failedReleases() > 0) {
            found(
                    Severity.WARNING,
                    Ailment.FAILED_RELEASES,
                    "the operating system did not take memory back",
                    "%d releases of free regions failed".formatted(statistics.failedReleases()),
                    "the log has the system's reason; what is free stays usable meanwhile",
                    command("purge PID"));
        }
    }
}
