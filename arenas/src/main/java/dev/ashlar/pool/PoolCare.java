package dev.ashlar.pool;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

import dev.ashlar.Adaptation;
import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.DefragSettings;
import dev.ashlar.DefragStatistics;
import dev.ashlar.FitPolicy;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.cache.CacheBudget;
import dev.ashlar.defrag.Defragmenter;
import dev.ashlar.event.Defragmentation;
import dev.ashlar.event.PolicySwitched;

/**
 * What is done for a pool beside serving requests: by its worker now and then and on demand, and by whoever steers it. Thread-safe.
 *
 * <p>Everything here refers to the parts of the pool, and not to the engine, which the {@link Worker} must not keep.
 */
public final class PoolCare {
    private final PoolParts parts;
    private final Sampling sampling;
    private final Defragmenter defragmenter;
    private final Worker worker;

    /** Held by the worker while it moves cells, slice by slice, so that what counts them all can keep it out. No lock is held by who takes it. */
    private final Object maintenance = new Object();

    /** With a worker that has not begun. */
    PoolCare(PoolParts parts, Sampling sampling) {
        this.parts = parts;
        this.sampling = sampling;
        PoolSettings settings = parts.settings;
        defragmenter = new Defragmenter(
                settings.name(), new PoolSlices(parts, maintenance), settings.defrag(), settings.clock());
        worker = new Worker(this, settings.name(), settings.reclaimNanos());
    }

    /** Lets the worker begin. */
    void start() {
        worker.start();
    }

    /** Lets the worker end. */
    void stop() {
        worker.stop();
    }

    Object maintenance() {
        return maintenance;
    }

    DefragStatistics workerStatistics() {
        return defragmenter.statistics(worker.isAlive(), worker.interrupts());
    }

    boolean isClosed() {
        return parts.isClosed();
    }

    /** Registers a callback that may free memory before a request fails; the result takes it out. */
    public Runnable onPressure(int priority, LongConsumer callback) {
        return parts.pressure.add(priority, callback);
    }

    /** Changes the fit policy of all arenas. */
    public void policy(FitPolicy policy) {
        parts.checkOpen();
        FitPolicy before = policy();
        for (int i = 0; i < parts.arenas.count(); i++) {
            parts.arenas.get(i).policy().set(policy);
        }
        PolicySwitched.write(parts.settings.name(), PolicySwitched.ALL_ARENAS, before, policy, "it was set");
    }

    /** The fit policy that was set. */
    public FitPolicy policy() {
        return parts.arenas.get(0).policy().get();
    }

    /** What the adaptive policy has done. */
    public Adaptation adaptation() {
        parts.checkOpen();
        return parts.policies.adaptation();
    }

    /** Changes how many bytes caches may hold. */
    public void cacheLimits(long cacheBytes, long allCachesBytes) {
        parts.cacheBudget.limit(cacheBytes, allCachesBytes);
    }

    /** What caches may hold. */
    public CacheBudget cacheBudget() {
        return parts.cacheBudget;
    }

    /** Takes back what the caches of this thread and of ended ones hold, and what waits in queues, and merges it. */
    public void reclaim() {
        parts.checkOpen();
        parts.supply.reclaim();
        parts.memoryReturned();
    }

    /**
     * Empties this thread's cache, and has the worker do the rest.
     *
     * @throws IllegalArgumentException if there is no such arena
     */
    public CompletableFuture<DefragReport> defragment(DefragOptions options) {
        parts.checkOpen();
        int count = parts.arenas.count();
        if (options.arena() >= count) {
            throw new IllegalArgumentException(
                    "arena: %d (expected: 0 to %d, or -1 for all)".formatted(options.arena(), count - 1));
        }
        parts.supply.returnOwn();
        return worker.submit(options);
    }

    /** The worker's last reports, oldest first. */
    public List<DefragReport> defragReports() {
        return defragmenter.reports();
    }

    /** How the worker defragments. */
    public DefragSettings defragSettings() {
        return defragmenter.settings();
    }

    /** Changes that. */
    public void defragSettings(DefragSettings settings) {
        parts.checkOpen();
        defragmenter.settings(settings);
    }

    /** Gives all wholly free regions back to the operating system; the bytes. */
    public long trim() {
        reclaim();
        return parts.arenas.regions().release(0);
    }

    /** The most bytes that regions may take now. */
    public long limit() {
        return parts.arenas.limitBytes();
    }

    /** Changes that, rounded up to whole regions. */
    public void limit(long bytes) {
        parts.checkOpen();
        long regions = bytes / parts.geometry.regionBytes() + (bytes % parts.geometry.regionBytes() == 0 ? 0 : 1);
        parts.arenas.regions().limit((int) Math.min(regions, parts.geometry.regionCount()));
        parts.memoryReturned();
    }

    /** Lifts the fence of each arena that validates. */
    public void recover() {
        parts.checkOpen();
        for (CoreArena arena : parts.arenas.all()) {
            arena.recover();
        }
    }

    /** What the worker does now and then: nothing that others depend on for being right. */
    void maintain() {
        if (parts.isClosed()) {
            return;
        }
        try {
            Defragmentation event = Defragmentation.begun();
            DefragReport report = defragmenter.runDue();
            if (event != null && report != null) {
                event.write(parts.settings.name(), report);
            }
        } catch (RuntimeException e) {
            if (parts.isClosed()) {
                return;
            }
            throw e;
        }
        parts.policies.visit();
        parts.memoryReturned();
        parts.leaks.look();
        sampling.update();
    }

    /** What the worker does on demand. */
    DefragReport defragmentNow(DefragOptions options, BooleanSupplier cancelled) {
        Defragmentation event = Defragmentation.begun();
        DefragReport report = defragmenter.run(options, cancelled);
        if (event != null) {
            event.write(parts.settings.name(), report);
        }
        parts.memoryReturned();
        return report;
    }

    /** Something went wrong that no step stands for. */
    void workerFailed() {
        defragmenter.failed();
    }
}
