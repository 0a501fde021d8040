package dev.ashlar.heap;

import java.security.SecureRandom;
import java.util.Objects;

import dev.ashlar.Coalescing;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.OsException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.os.OsMemory;

/**
 * Settings of a {@link Heap}. Each has a default; each is checked when it is set, and all together by {@link #build()}, before
 * anything is reserved. Not thread-safe; may be used for several heaps.
 */
public final class HeapBuilder {
    private static final long MIN_REGION_BYTES = 1L << 20;
    private static final long MAX_REGION_BYTES = 1L << BlockLayout.MAX_REGION_SHIFT;
    private static final long MAX_CAPACITY_BYTES = 1L << 46;
    private static final int DEFAULT_REGIONS = 16;
    private static final int DEFAULT_RETAINED_SHARE = 8;

    String name = "heap";
    long capacityBytes = 1L << 30;
    long regionBytes;
    long retainedBytes = -1;
    FitPolicy policy = FitPolicy.SEGREGATED_FIT;
    Favour favour = Favour.SPEED;
    Coalescing coalescing = Coalescing.IMMEDIATE;
    double pendingShare = 1.0 / 8;
    boolean hardened;
    boolean hugePages;
    OsMemory os = OsMemory.system();
    long secret;

    HeapBuilder() {}

    /** The name in messages and reports; "heap" by default. */
    public HeapBuilder name(String name) {
        this.name = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * The most bytes that regions may take, rounded up to whole regions; 1 GiB by default. Addresses are reserved for all of it at once,
     * memory is committed as it is needed. The tables of block starts, one 128th of it, come on top.
     *
     * @throws IllegalArgumentException if it is not between 1 and 2^46
     */
    public HeapBuilder capacity(long byteSize) {
        capacityBytes = inRange("capacity", byteSize, 1, MAX_CAPACITY_BYTES);
        return this;
    }

    /**
     * Bytes of a region: what is committed and released as a whole. A power of two; a sixteenth of the capacity by default, rounded
     * up to one, between 1 and 64 MiB.
     *
     * @throws IllegalArgumentException if it is no power of two between 1 and 64 MiB
     */
    public HeapBuilder regionSize(long byteSize) {
        inRange("regionSize", byteSize, MIN_REGION_BYTES, MAX_REGION_BYTES);
        regionBytes = powerOfTwo("regionSize", byteSize);
        return this;
    }

    /**
     * How many bytes of wholly free regions stay committed, at most, rounded up to whole regions; an eighth of the capacity by default,
     * one region at least. More makes growing again cheap, less gives memory back sooner.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public HeapBuilder retained(long byteSize) {
        retainedBytes = inRange("retained", byteSize, 0, Long.MAX_VALUE);
        return this;
    }

    /** Which free block serves a request; {@link FitPolicy#SEGREGATED_FIT} by default. */
    public HeapBuilder policy(FitPolicy policy) {
        this.policy = Objects.requireNonNull(policy, "policy");
        return this;
    }

    /** What {@link FitPolicy#ADAPTIVE} favours; {@link Favour#SPEED} by default. Without meaning for a fixed policy. */
    public HeapBuilder favour(Favour favour) {
        this.favour = Objects.requireNonNull(favour, "favour");
        return this;
    }

    /** When freed blocks are merged; {@link Coalescing#IMMEDIATE} by default. */
    public HeapBuilder coalescing(Coalescing coalescing) {
        this.coalescing = Objects.requireNonNull(coalescing, "coalescing");
        return this;
    }

    /**
     * With deferred coalescing: the share of committed bytes that may be pending. Above it all pending blocks are merged. An eighth by
     * default.
     *
     * @throws IllegalArgumentException if it is not between 0 and 1
     */
    public HeapBuilder pendingShare(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("pendingShare: " + share + " (expected: 0 to 1)");
        }
        pendingShare = share;
        return this;
    }

    /**
     * Whether blocks are guarded: what is written past a block's end is found when it is freed, what is written to free memory when
     * it is handed out again, and a stale segment when it is freed. Memory is handed out zeroed. Off by default; it costs 8 bytes a block
     * and time in proportion to sizes, and blocks always move when they are resized.
     */
    public HeapBuilder hardened(boolean hardened) {
        this.hardened = hardened;
        return this;
    }

    /** Whether to ask the operating system for huge pages; off by default. Ignored where it has none to give. */
    public HeapBuilder hugePages(boolean hugePages) {
        this.hugePages = hugePages;
        return this;
    }

    /**
     * Whether to do without native access even where it is granted; off by default. Such a heap can't give memory back before it is
     * closed. It is what a heap falls back to where native access is denied.
     */
    public HeapBuilder portable(boolean portable) {
        os = portable ? OsMemory.portable() : OsMemory.system();
        return this;
    }

    /** For tests: an operating system whose calls fail when told to. */
    HeapBuilder os(OsMemory os) {
        this.os = os;
        return this;
    }

    /** For tests: a known secret. */
    HeapBuilder secret(long secret) {
        this.secret = secret;
        return this;
    }

    /**
     * Reserves the addresses and makes the heap.
     *
     * @throws IllegalArgumentException if the region size is too small for this machine's pages; nothing is reserved then
     * @throws dev.ashlar.PoolExhaustedException if the operating system refuses the reservation
     */
    public Heap build() {
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
        try {
            return new Heap(this, Long.numberOfTrailingZeros(region), (int) regions);
        } catch (OsException e) {
            throw Exhaustion.ofReservation(name, regions * region, e);
        }
    }

    int retainedRegions(long region) {
        long bytes = retainedBytes >= 0 ? retainedBytes : Math.max(region, capacityBytes / DEFAULT_RETAINED_SHARE);
        return (int) Math.min(Integer.MAX_VALUE, bytes / region + (bytes % region == 0 ? 0 : 1));
    }

    long secretOrRandom() {
        return secret != 0 ? secret : new SecureRandom().nextLong();
    }

    private long defaultRegionBytes() {
        long wanted =
                Math.max(capacityBytes / DEFAULT_REGIONS, (long) os.pageSizeBytes() * BlockStarts.BYTES_PER_TABLE_BYTE);
        long power = wanted <= 1 ? 1 : Long.highestOneBit(wanted - 1) << 1;
        return Math.clamp(power, MIN_REGION_BYTES, MAX_REGION_BYTES);
    }

    private static long inRange(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("%s: %d (expected: %d to %d)".formatted(what, value, least, most));
        }
        return value;
    }

    private static long powerOfTwo(String what, long value) {
        if (Long.bitCount(value) != 1) {
            throw new IllegalArgumentException(what + ": " + value + " (expected: a power of two)");
        }
        return value;
    }
}
