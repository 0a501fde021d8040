package dev.ashlar.management;

import java.time.Duration;
import java.util.List;

import dev.ashlar.Adaptation;
import dev.ashlar.ArenaStatistics;
import dev.ashlar.Coalescing;
import dev.ashlar.DefragSettings;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.MovableStatistics;
import dev.ashlar.PoolStatistics;
import dev.ashlar.SizeClassFragmentation;
import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.BudgetStatistics;
import dev.ashlar.arenas.MemoryPool;

import static dev.ashlar.management.BeanAttribute.readOnly;
import static dev.ashlar.management.OpenTypes.listOf;

/** What can be read of a pool, and set. */
final class PoolAttributes {
    private static final long NEVER = -1;

    /** A budget that is open. */
    record NamedBudget(String name, BudgetStatistics statistics) {}

    private PoolAttributes() {}

    /** How a pool was built, or is set. */
    static List<BeanAttribute> settings() {
        return List.of(
                readOnly("Name", "The pool's name", String.class, MemoryPool::name),
                readOnly("Capacity", "The most bytes that regions may ever take", long.class, MemoryPool::capacity),
                new BeanAttribute(
                        "Limit", "The most bytes that regions may take now, up to the capacity", long.class,
                        MemoryPool::limit,
                        (pool, bytes) -> pool.limit((Long) bytes)),
                readOnly("RegionSize", "Bytes of a region", long.class, MemoryPool::regionSize),
                readOnly("Arenas", "How many arenas there are", int.class, MemoryPool::arenas),
                new BeanAttribute(
                        "Policy", "The fit policy that was set", FitPolicy.class, MemoryPool::policy,
                        (pool, name) -> pool.policy(policy((String) name))),
                readOnly("Favour", "What the policy ADAPTIVE favours", Favour.class, MemoryPool::favour),
                readOnly("Coalescing", "When freed cells go back to their slabs", Coalescing.class,
                        MemoryPool::coalescing),
                readOnly("CacheLimit", "The most bytes that one thread's cache may hold", long.class,
                        MemoryPool::cacheLimit),
                readOnly("CachesLimit", "The most bytes that all caches may hold", long.class, MemoryPool::cachesLimit),
                readOnly("Retained", "The most bytes of wholly free regions that stay committed", long.class,
                        MemoryPool::retained),
                readOnly("Hardened", "Whether blocks are guarded", boolean.class, MemoryPool::isHardened),
                readOnly("Zeroing", "Whether memory is handed out zeroed", boolean.class, MemoryPool::isZeroing),
                readOnly("HugePages", "Whether huge pages are asked for", boolean.class, MemoryPool::usesHugePages),
                readOnly("Portable", "Whether the pool does without native access", boolean.class,
                        MemoryPool::isPortable),
                readOnly("DefragSettings", "How the worker defragments on its own; times in nanoseconds",
                        DefragSettings.class,
                        MemoryPool::defragSettings),
                new BeanAttribute(
                        "DecayMillis",
                        "How long pages of free memory stay after they were last used, in milliseconds; -1: for ever",
                        long.class,
                        pool -> millis(pool.defragSettings().decayTime()),
                        (pool, millis) -> pool
                                .defragSettings(pool.defragSettings().withDecayTime(decay((Long) millis)))));
    }

    /** What a pool counts. */
    static List<BeanAttribute> figures() {
        return List.of(
                readOnly("Statistics", "The pool's figures of this moment", PoolStatistics.class,
                        MemoryPool::statistics),
                readOnly("ArenaStatistics", "The figures of each arena", listOf(ArenaStatistics.class),
                        MemoryPool::arenaStatistics),
                readOnly("Budgets", "The open budgets, with their figures", listOf(NamedBudget.class),
                        pool -> pool.budgets().stream().map(PoolAttributes::named).toList()),
                readOnly("ResidentBytes",
                        "What the operating system counts for the pool's pages; -1 where it can't be measured",
                        long.class,
                        MemoryPool::residentBytes),
                readOnly("Fragmentation", "1 - largest free block / free bytes, over partly used regions", double.class,
                        pool -> pool.statistics().memory().fragmentation()),
                readOnly("FragmentationBySizeClass", "What fragmentation costs requests of each size",
                        listOf(SizeClassFragmentation.class), MemoryPool::fragmentationBySizeClass),
                readOnly("Movable", "The figures of movable blocks", MovableStatistics.class,
                        pool -> pool.movable().statistics()),
                readOnly("Adaptation", "What the policy ADAPTIVE has done", Adaptation.class, MemoryPool::adaptation));
    }

    private static NamedBudget named(Budget budget) {
        return new NamedBudget(budget.name(), budget.statistics());
    }

    private static FitPolicy policy(String name) {
        for (FitPolicy policy : FitPolicy.values()) {
            if (policy.name().equals(name)) {
                return policy;
            }
        }
        throw new IllegalArgumentException(
                "Policy: %s (expected: one of %s)".formatted(name, List.of(FitPolicy.values())));
    }

    private static long millis(Duration time) {
        return time.equals(DefragSettings.NEVER) ? NEVER : time.toMillis();
    }

    private static Duration decay(long millis) {
        return millis == NEVER ? DefragSettings.NEVER : Duration.ofMillis(millis);
    }
}
