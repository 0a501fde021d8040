package dev.ashlar.arenas;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;

import dev.ashlar.Coalescing;
import dev.ashlar.DefragSettings;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.os.Cores;
import dev.ashlar.os.OsMemory;
import dev.ashlar.pool.PoolSettings;

/**
 * Settings of a {@link MemoryPool}. Each has a default; each is checked when it is set, and all together by {@link #build()}, before anything
 * is reserved. Not thread-safe; may be used for several pools.
 */
public final class MemoryPoolBuilder {
    private static final long MIN_REGION_BYTES = 1L << 20;
    private static final long MAX_REGION_BYTES = 1L << BlockLayout.MAX_REGION_SHIFT;
    private static final long MAX_CAPACITY_BYTES = 1L << 46;
    private static final int MAX_ARENAS = 1024;
    private static final int REGIONS_PER_ARENA = 16;
    private static final int DEFAULT_SHARE = 8;
    private static final long DEFAULT_CACHE_BYTES = 1L << 20;

    private String name = "pool";
    private long capacityBytes = 1L << 30;
    private long regionBytes;
    private int arenas = Math.min(MAX_ARENAS, Cores.count());
    private long retainedBytes = -1;
    private FitPolicy policy = FitPolicy.BEST_FIT;
    private Favour favour = Favour.SPEED;
    private Coalescing coalescing = Coalescing.DEFERRED;
    private long cacheBytes = -1;
    private long allCachesBytes = -1;
    private boolean hardened;
    private boolean zeroing;
    private boolean hugePages;
    private boolean attachable = true;
    private Duration reclaimPeriod = Duration.ofMillis(200);
    private DefragSettings defrag = DefragSettings.ofDefaults();
    private LongSupplier clock = System::nanoTime;
    private OsMemory os = OsMemory.system();
    private long secret;

    MemoryPoolBuilder() {}

    /** The name in messages and reports; "pool" by default. */
    public MemoryPoolBuilder name(String name) {
        this.name = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * The most bytes that regions may take, rounded up to whole regions; 1 GiB by default. Addresses are reserved for all of it at once,
     * memory is committed as it is needed. Tables of a 64th of it come on top. A capacity above what the process may have (a control group's limit, or the
     * machine's memory) is allowed, but using more than that ends the process, and is no exception.
     *
     * @throws IllegalArgumentException if it is not between 1 and 2^46
     */
    public MemoryPoolBuilder capacity(long byteSize) {
        capacityBytes = inRange("capacity", byteSize, 1, MAX_CAPACITY_BYTES);
        return this;
    }

    /**
     * Bytes of a region: what is committed and released as a whole, and belongs to one arena at a time. A power of two; by default the capacity
     * divided by 16 for each arena, rounded up to one, between 1 and 64 MiB.
     *
     * @throws IllegalArgumentException if it is no power of two between 1 and 64 MiB
     */
    public MemoryPoolBuilder regionSize(long byteSize) {
        inRange("regionSize", byteSize, MIN_REGION_BYTES, MAX_REGION_BYTES);
        if (Long.bitCount(byteSize) != 1) {
            throw new IllegalArgumentException("regionSize: " + byteSize + " (expected: a power of two)");
        }
        regionBytes = byteSize;
        return this;
    }

    /**
     * How many arenas there are: as many as cores by default.
     *
     * @throws IllegalArgumentException if it is not between 1 and 1024
     */
    public MemoryPoolBuilder arenas(int count) {
        arenas = (int) inRange("arenas", count, 1, MAX_ARENAS);
        return this;
    }

    /**
     * How many bytes of wholly free regions stay committed, at most, rounded up to whole regions; an eighth of the capacity by default,
     * one region at least. More makes growing again cheap, less gives memory back sooner.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public MemoryPoolBuilder retained(long byteSize) {
        retainedBytes = inRange("retained", byteSize, 0, Long.MAX_VALUE);
        return this;
    }

    /** Which free block serves a request; {@link FitPolicy#BEST_FIT} by default: as fast here as a good fit, and it wastes less. */
    public MemoryPoolBuilder policy(FitPolicy policy) {
        this.policy = Objects.requireNonNull(policy, "policy");
        return this;
    }

    /** What {@link FitPolicy#ADAPTIVE} favours; {@link Favour#SPEED} by default. Without meaning for a fixed policy. */
    public MemoryPoolBuilder favour(Favour favour) {
        this.favour = Objects.requireNonNull(favour, "favour");
        return this;
    }

    /**
     * When freed cells go back to their slabs: {@link Coalescing#DEFERRED}, the default, lets caches keep them, and each size class an empty slab;
     * with {@link Coalescing#IMMEDIATE} caches hold nothing and an empty slab is a free block at once, so that every call takes an arena's lock.
     */
    public MemoryPoolBuilder coalescing(Coalescing coalescing) {
        this.coalescing = Objects.requireNonNull(coalescing, "coalescing");
        return this;
    }

    /**
     * The most bytes that one thread's cache may hold; 1 MiB by default, and no more than a 16th of the capacity.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public MemoryPoolBuilder cacheLimit(long byteSize) {
        cacheBytes = inRange("cacheLimit", byteSize, 0, Long.MAX_VALUE);
        return this;
    }

    /**
     * The most bytes that all caches may hold; an eighth of the capacity by default.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public MemoryPoolBuilder cachesLimit(long byteSize) {
        allCachesBytes = inRange("cachesLimit", byteSize, 0, Long.MAX_VALUE);
        return this;
    }

    /**
     * Whether blocks are guarded: what is written past a block's end is found when it is freed, what is written to free memory when
     * it is handed out again, a stale segment and a second free at the same moment when it is freed. Memory is handed out zeroed. Off by default; it
     * costs 8 bytes a block and time in proportion to sizes, and blocks always move when they are resized.
     */
    public MemoryPoolBuilder hardened(boolean hardened) {
        this.hardened = hardened;
        return this;
    }

    /** Whether memory is handed out zeroed; off by default. Costs time in proportion to sizes. */
    public MemoryPoolBuilder zeroing(boolean zeroing) {
        this.zeroing = zeroing;
        return this;
    }

    /** Whether to ask the operating system for huge pages; off by default. Ignored where it has none to give. */
    public MemoryPoolBuilder hugePages(boolean hugePages) {
        this.hugePages = hugePages;
        return this;
    }

    /**
     * How often the pool's worker looks for what is due: caches of threads that have ended, queues of arenas that nobody is in, pages that have been free for long; 200 ms
     * by default.
     *
     * @throws IllegalArgumentException if it is not between a millisecond and a day
     */
    public MemoryPoolBuilder reclaimPeriod(Duration period) {
        Objects.requireNonNull(period, "period");
        if (period.compareTo(Duration.ofMillis(1)) < 0 || period.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("reclaimPeriod: " + period + " (expected: 1 ms to 1 day)");
        }
        reclaimPeriod = period;
        return this;
    }

    /**
     * How the pool's worker defragments on its own: {@link DefragSettings#ofDefaults} by default. Can be changed later.
     */
    public MemoryPoolBuilder defragmentation(DefragSettings settings) {
        defrag = Objects.requireNonNull(settings, "settings");
        return this;
    }

    /**
     * Whether to do without native access even where it is granted; off by default. Such a pool can't give memory back before it is
     * closed, nor open arenas. It is what a pool falls back to where native access is denied.
     */
    public MemoryPoolBuilder portable(boolean portable) {
        os = portable ? OsMemory.portable() : OsMemory.system();
        return this;
    }

    /**
     * Whether tools of the same user, such as the {@code ashlar} command, may look at the pool and steer it from outside the process, where there is a
     * {@link PoolListener} that lets them; default true.
     */
    public MemoryPoolBuilder attachable(boolean attachable) {
        this.attachable = attachable;
        return this;
    }

    /** For tests: an operating system whose calls fail when told to. */
    MemoryPoolBuilder os(OsMemory os) {
        this.os = os;
        return this;
    }

    /** For tests: what the worker goes by, in nanoseconds. */
    MemoryPoolBuilder clock(LongSupplier clock) {
        this.clock = clock;
        return this;
    }

    /** For tests: a known secret. */
    MemoryPoolBuilder secret(long secret) {
        this.secret = secret;
        return this;
    }

    /**
     * Reserves the addresses and makes the pool.
     *
     * <p>A capacity that is not below the limit of the process's control group is allowed, and warned of ({@code System.Logger} {@code dev.ashlar}):
     * beyond that limit the system ends the process, and no request fails.
     *
     * @throws IllegalArgumentException if the region size is too small for this machine's pages; nothing is reserved then
     * @throws dev.ashlar.PoolExhaustedException if the operating system refuses the reservation
     */
    public MemoryPool build() {
        MemoryPool pool = new MemoryPool(settings(), attachable);
        OpenPools.opened(pool);
        return pool;
    }

    private PoolSettings settings() {
        long region = regionBytes != 0 ? regionBytes : defaultRegionBytes();
        long smallest = (long) os.pageSizeBytes() * BlockStarts.BYTES_PER_TABLE_BYTE;
        if (region < smallest) {
            throw new IllegalArgumentException("regionSize: %d (expected: at least %d, as pages have %d bytes here)"
                    .formatted(region, smallest, os.pageSizeBytes()));
        }
        long regions = (capacityBytes + region - 1) / region;
        if (regions > Integer.MAX_VALUE - 64) {
            throw new IllegalArgumentException("regionSize: %d (expected: larger, for a capacity of %d)"
                    .formatted(region, capacityBytes));
        }
        boolean caches = coalescing == Coalescing.DEFERRED;
        return new PoolSettings(
                name,
                Long.numberOfTrailingZeros(region),
                (int) regions,
                arenas,
                policy,
                favour,
                coalescing,
                !caches ? 0 : cacheBytes >= 0 ? cacheBytes : Math.min(DEFAULT_CACHE_BYTES, capacityBytes / 16),
                !caches ? 0 : allCachesBytes >= 0 ? allCachesBytes : capacityBytes / DEFAULT_SHARE,
                retainedRegions(region),
                hardened,
                zeroing,
                hugePages,
                reclaimPeriod.toNanos(),
                defrag,
                clock,
                os,
                secret != 0 ? secret : new SecureRandom().nextLong());
    }

    private int retainedRegions(long region) {
        long bytes = retainedBytes >= 0 ? retainedBytes : Math.max(region, capacityBytes / DEFAULT_SHARE);
        return (int) Math.min(Integer.MAX_VALUE, bytes / region + (bytes % region == 0 ? 0 : 1));
    }

    private long defaultRegionBytes() {
        long wanted = Math.max(
                capacityBytes / ((long) REGIONS_PER_ARENA * arenas),
                (long) os.pageSizeBytes() * BlockStarts.BYTES_PER_TABLE_BYTE);
        long power = wanted <= 1 ? 1 : Long.highestOneBit(wanted - 1) << 1;
        return Math.clamp(power, MIN_REGION_BYTES, MAX_REGION_BYTES);
    }

    static long inRange(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("%s: %d (expected: %d to %d)".formatted(what, value, least, most));
        }
        return value;
    }
}
