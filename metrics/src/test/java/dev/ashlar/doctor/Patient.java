package dev.ashlar.doctor;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import dev.ashlar.AllocationCounts;
import dev.ashlar.ArenaStatistics;
import dev.ashlar.DefragSettings;
import dev.ashlar.DefragStatistics;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapStatistics;
import dev.ashlar.LockSlices;
import dev.ashlar.PoolExhaustedException.Cause;
import dev.ashlar.PoolStatistics;
import dev.ashlar.SizeClassFragmentation;
import dev.ashlar.arenas.BudgetStatistics;
import dev.ashlar.sites.Site;

/** Figures of a healthy pool of 64 MiB, of which a test makes one or another ill. */
final class Patient {
    static final long MIB = 1 << 20;
    static final long PID = 4711;

    long capacityBytes = 64 * MIB;
    long committedBytes = 32 * MIB;
    long liveBytes = 20 * MIB;
    long limitBytes = 64 * MIB;
    long cachedBytes;
    long queuedBytes;
    long partlyFreeBytes = 4 * MIB;
    long largestPartlyFreeBytes = 3 * MIB;
    int fencedArenas;
    long waits;
    int waiting;
    long pressureCalls;
    long doubleFrees;
    long failedReleases;
    long leaks;
    long dirtyBytes;
    boolean workerAlive = true;
    DefragSettings settings = DefragSettings.ofDefaults();
    final Map<Cause, Long> failures = new EnumMap<>(Cause.class);
    final List<BudgetState> budgets = new ArrayList<>();
    final List<SizeClassFragmentation> sizeClasses = new ArrayList<>();
    final List<Site> sites = new ArrayList<>();

    void budget(String name, String parent, long limit, long reserved, long live, long refusals) {
        budgets.add(new BudgetState(name, parent, new BudgetStatistics(limit, reserved, live, live, 1, refusals)));
    }

    Examination examination() {
        HeapStatistics memory = new HeapStatistics(capacityBytes, committedBytes, liveBytes, cachedBytes + queuedBytes,
                partlyFreeBytes, 0, 0, 0, 10, 0, 10, 0, partlyFreeBytes, largestPartlyFreeBytes,
                largestPartlyFreeBytes);
        DefragStatistics defragmentation = new DefragStatistics(
                workerAlive, 3, 0, 1, 0, 0, 0, 0, 0, 0, 0, dirtyBytes, LockSlices.NONE, 0);
        long failed = failures.values().stream().mapToLong(Long::longValue).sum();
        PoolStatistics statistics = new PoolStatistics(memory, 2, fencedArenas, 5, cachedBytes, 0, queuedBytes, 0, 0, 0,
                0, 0, 0, failed, waits, 0, waiting, pressureCalls, 0, doubleFrees, failedReleases, defragmentation,
                limitBytes, new AllocationCounts(0, 0, 0, 0, 0), 0, 0, 0, 0, failures, 0, leaks);
        List<ArenaStatistics> arenas = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            arenas.add(new ArenaStatistics(i, false, i < fencedArenas, FitPolicy.SEGREGATED_FIT, 1, committedBytes / 2,
                    liveBytes / 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        }
        return new Examination("query", PID, statistics, arenas, budgets, settings, sizeClasses, sites);
    }
}
