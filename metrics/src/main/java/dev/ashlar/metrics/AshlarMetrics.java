package dev.ashlar.metrics;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;

import dev.ashlar.arenas.MemoryPool;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * The meters of one pool: {@code ashlar.pool.*} and {@code ashlar.budget.*}, on request {@code ashlar.arena.*}. docs/metrics.md has them all.
 *
 * <pre>{@code
 *     AshlarMetrics.monitor(registry, pool, "service", "orders");
 * }</pre>
 *
 * <p>Each has the tag {@code pool}, the pool's name, and those given here. Nothing is done when memory is allocated or freed: the pool's own counters are read
 * when a meter is, once for all meters of a registry and at most every {@value FigureReader#FRESH_MILLIS} ms, in O(caches + arenas + budgets) and under an
 * arena's lock for a few reads only. Resident memory is measured apart, at most every {@value FigureReader#RESIDENT_SECONDS} s, as the system
 * may look at each page.
 *
 * <p>Counters never fall. All figures are exact when nobody uses the pool, but for what this class sums up itself: several open budgets of one name count as one.
 *
 * <p>The pool is held weakly. Once it is closed or collected its meters say nothing (gauges) or stay (counters), and are taken out of their registries
 * as soon as one of them is read. Thread-safe.
 */
public final class AshlarMetrics implements MeterBinder, AutoCloseable {
    private final String poolName;
    private final WeakReference<MemoryPool> pool;
    private final Tags tags;
    private final boolean arenas;
    private final boolean budgets;
    private final LongSupplier nanoTime;

    // Guarded by this object's monitor.
    private final List<PoolBinding> bindings = new ArrayList<>();

    /**
     * Meters of the pool and of its budgets, not yet in any registry.
     *
     * @param tags that each has besides {@code pool}
     */
    public AshlarMetrics(MemoryPool pool, Iterable<Tag> tags) {
        this(pool.name(), new WeakReference<>(pool), Tags.of(tags).and("pool", pool.name()), false, true,
                System::nanoTime);
    }

    private AshlarMetrics(
            String poolName,
            WeakReference<MemoryPool> pool,
            Tags tags,
            boolean arenas,
            boolean budgets,
            LongSupplier nanoTime) {
        this.poolName = poolName;
        this.pool = pool;
        this.tags = tags;
        this.arenas = arenas;
        this.budgets = budgets;
        this.nanoTime = nanoTime;
    }

    /** The same, with or without meters of each arena; without, if this is not called: they are a dozen for each core. */
    public AshlarMetrics withArenas(boolean wanted) {
        return new AshlarMetrics(poolName, pool, tags, wanted, budgets, nanoTime);
    }

    /** The same, with or without meters of each open budget; with them, if this is not called. */
    public AshlarMetrics withBudgets(boolean wanted) {
        return new AshlarMetrics(poolName, pool, tags, arenas, wanted, nanoTime);
    }

    /** For tests: the clock by which figures grow old, in nanoseconds. */
    AshlarMetrics withClock(LongSupplier clock) {
        return new AshlarMetrics(poolName, pool, tags, arenas, budgets, clock);
    }

    /**
     * Puts a pool's meters into a registry.
     *
     * @param tags that each has besides {@code pool}
     * @return takes them out again when it is closed, before the pool is
     * @throws IllegalStateException if the pool is closed, or the registry has meters of a pool with that name and these tags
     */
    public static AshlarMetrics monitor(MeterRegistry registry, MemoryPool pool, Iterable<Tag> tags) {
        AshlarMetrics metrics = new AshlarMetrics(pool, tags);
        metrics.bindTo(registry);
        return metrics;
    }

    /**
     * The same.
     *
     * @param tags keys and values in turn
     * @throws IllegalArgumentException if their number is odd
     */
    public static AshlarMetrics monitor(MeterRegistry registry, MemoryPool pool, String... tags) {
        return monitor(registry, pool, Tags.of(tags));
    }

    /**
     * Puts the meters into a registry, and into several when called for each.
     *
     * @throws IllegalStateException if the pool is closed, or the registry has meters of a pool with that name and these tags
     */
    @Override
    public void bindTo(MeterRegistry registry) {
        Objects.requireNonNull(registry, "registry");
        MemoryPool open = pool.get();
        if (open == null || open.isClosed()) {
            throw new IllegalStateException("pool '%s' is closed (expected: open)".formatted(poolName));
        }
        if (registry.find(PoolMeters.COMMITTED).tags(tags).meter() != null) {
            throw new IllegalStateException(
                    "pool '%s': the registry has meters of a pool with the tags %s (expected: another name, or a tag that tells them apart)"
                            .formatted(poolName, tags));
        }
        FigureReader figures = new FigureReader(pool, arenas, budgets, nanoTime);
        PoolBinding binding = new PoolBinding(registry, tags, figures);
        synchronized (this) {
            bindings.add(binding);
        }
        binding.begin();
    }

    /** Takes the meters out of all registries they were put into. Doing so again does nothing. */
    @Override
    public void close() {
        List<PoolBinding> all;
        synchronized (this) {
            all = List.copyOf(bindings);
            bindings.clear();
        }
        all.forEach(PoolBinding::end);
    }

    /** For tests: how often the pool was asked for its figures, for all registries. */
    synchronized long reads() {
        return bindings.stream().mapToLong(PoolBinding::reads).sum();
    }
}
