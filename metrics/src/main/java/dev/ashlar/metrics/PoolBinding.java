package dev.ashlar.metrics;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;

import dev.ashlar.ArenaStatistics;
import dev.ashlar.arenas.BudgetStatistics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

/**
 * A pool's meters in one registry: its own, which stay until it is closed, and those of its arenas and budgets, which come and go. The latter are looked after when figures
 * are read, so a budget's are there from the scrape on that follows.
 */
final class PoolBinding {
    private final MeterRegistry registry;
    private final Tags tags;
    private final FigureReader reader;
    private final MeterGroup<Figures> pool;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock.
    private final Map<Integer, MeterGroup<ArenaStatistics>> arenas = new HashMap<>();
    private final Map<String, MeterGroup<BudgetStatistics>> budgets = new HashMap<>();

    private volatile boolean ended;

    PoolBinding(MeterRegistry registry, Tags tags, FigureReader reader) {
        this.registry = registry;
        this.tags = tags;
        this.reader = reader;
        pool = new MeterGroup<>(registry, tags, reader::figures);
        reader.listeners(this::follow, this::end);
    }

    void begin() {
        PoolMeters.bind(pool, reader);
        Figures first = reader.figures();
        if (first != null) {
            follow(first);
        }
    }

    /** Never waits: who is inside may be registering a meter, for which whoever calls this may hold the registry's lock. */
    private void follow(Figures figures) {
        ifNobodyIsInside(() -> {
            if (!ended) {
                update(arenas, figures.arenas().keySet(), number -> arena(figures, number));
                update(budgets, figures.budgets().keySet(), this::budget);
            }
        });
        if (ended) {
            removeParts();
        }
    }

    private void ifNobodyIsInside(Runnable action) {
        if (lock.isHeldByCurrentThread() || !lock.tryLock()) {
            return;
        }
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    private static <K, F> void update(
            Map<K, MeterGroup<F>> groups, Collection<K> wanted, Function<K, MeterGroup<F>> maker) {
        groups.entrySet().removeIf(entry -> {
            boolean over = !wanted.contains(entry.getKey());
            if (over) {
                entry.getValue().remove();
            }
            return over;
        });
        wanted.forEach(key -> groups.computeIfAbsent(key, maker));
    }

    private MeterGroup<ArenaStatistics> arena(Figures figures, int number) {
        ArenaStatistics arena = figures.arenas().get(number);
        boolean movable = arena != null && arena.movable();
        return group(
                tags.and("arena", movable ? "movable" : Integer.toString(number)),
                now -> now.arenas().get(number),
                ArenaMeters::bind);
    }

    private MeterGroup<BudgetStatistics> budget(String name) {
        return group(tags.and("budget", name), now -> now.budgets().get(name), BudgetMeters::bind);
    }

    private <F> MeterGroup<F> group(
            Tags groupTags, Function<Figures, @Nullable F> part, Consumer<MeterGroup<F>> meters) {
        MeterGroup<F> group = new MeterGroup<>(registry, groupTags, () -> {
            Figures now = reader.figures();
            return now == null ? null : part.apply(now);
        });
        meters.accept(group);
        return group;
    }

    /** Takes all out. */
    void end() {
        ended = true;
        pool.remove();
        removeParts();
    }

    /** Who is inside does so afterwards. */
    private void removeParts() {
        ifNobodyIsInside(() -> {
            arenas.values().forEach(MeterGroup::remove);
            budgets.values().forEach(MeterGroup::remove);
            arenas.clear();
            budgets.clear();
        });
    }

    /** For tests: how often the pool was asked for its figures. */
    long reads() {
        return reader.reads();
    }
}
