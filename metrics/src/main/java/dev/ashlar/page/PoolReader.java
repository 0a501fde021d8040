package dev.ashlar.page;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;

import dev.ashlar.ArenaStatistics;
import dev.ashlar.DefragReport;
import dev.ashlar.PoolStatistics;
import dev.ashlar.SizeClassFragmentation;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.doctor.BudgetState;
import dev.ashlar.doctor.Doctor;
import dev.ashlar.doctor.Examination;
import dev.ashlar.map.HeapMap;
import org.jspecify.annotations.Nullable;

import static java.lang.System.Logger.Level.WARNING;

/**
 * Reads a pool that it does not keep. The figures are cheap and read each time; the map with the size classes, and the resident bytes, are O(pool) and go by a {@link Pace} of
 * their own each.
 *
 * <p>For one thread.
 */
final class PoolReader {
    private final WeakReference<MemoryPool> pool;
    private final Duration interval;
    private final Pace walks;
    private final Pace residents;
    private @Nullable HeapMap map;
    private List<SizeClassFragmentation> sizeClasses = List.of();
    private String problem = "";
    private long residentBytes = -1;

    /**
     * What was read.
     *
     * @param figures of this moment
     * @param map the last one; the same object as long as there is no newer one; null if none could be made
     * @param problem why there is no newer map; empty if there is no reason
     */
    record Reading(Figures figures, @Nullable HeapMap map, String problem) {}

    PoolReader(WeakReference<MemoryPool> pool, Duration interval, LongSupplier nanoTime) {
        this.pool = pool;
        this.interval = interval;
        walks = new Pace(interval.toNanos(), nanoTime);
        residents = new Pace(interval.toNanos(), nanoTime);
    }

    /** Reads the pool; null if it is closed, or nobody has it any more. */
    @Nullable
    Reading read() {
        MemoryPool open = pool.get();
        if (open == null || open.isClosed()) {
            return null;
        }
        try {
            return read(open);
        } catch (IllegalStateException e) {
            if (open.isClosed()) {
                return null; // Just now.
            }
            throw e;
        }
    }

    private Reading read(MemoryPool open) {
        if (walks.begins()) {
            walk(open);
            walks.ended();
        }
        if (residents.begins()) {
            residentBytes = open.residentBytes();
            residents.ended();
        }
        return new Reading(figures(open), map, problem);
    }

    /** A damaged pool has no map, and figures nevertheless. */
    private void walk(MemoryPool open) {
        try {
            map = HeapMap.of(open);
            sizeClasses = open.fragmentationBySizeClass();
            problem = "";
        } catch (RuntimeException e) {
            if (open.isClosed()) {
                throw e;
            }
            if (problem.isEmpty()) {
                System.getLogger("dev.ashlar")
                        .log(WARNING, "pool '%s': no map for the live page".formatted(open.name()), e);
            }
            problem = String.valueOf(e.getMessage());
        }
    }

    private Figures figures(MemoryPool open) {
        PoolStatistics statistics = open.statistics();
        List<ArenaStatistics> arenas = open.arenaStatistics();
        List<BudgetState> budgets =
                open.budgets().stream().map(BudgetState::of).sorted(Comparator.comparing(BudgetState::name)).toList();
        Examination examination = new Examination(open.name(), ProcessHandle.current().pid(), statistics, arenas,
                budgets, open.defragSettings(), sizeClasses, List.of());
        return new Figures(
                new Figures.Settings(open.name(), open.policy(), open.coalescing(), open.isHardened(),
                        open.regionSize(), interval.toMillis()),
                FigurePoint.of(System.currentTimeMillis(), statistics, residentBytes),
                statistics,
                arenas,
                budgets,
                sizeClasses,
                open.defragReports().stream().sorted(Comparator.comparingLong(DefragReport::number).reversed())
                        .map(RunFigures::of).toList(),
                Doctor.examine(examination));
    }
}
