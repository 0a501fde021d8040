package dev.ashlar.pool;

import java.util.function.LongSupplier;

import dev.ashlar.Coalescing;
import dev.ashlar.DefragSettings;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.os.OsMemory;

/**
 * What a pool is built with; each value has been checked.
 *
 * @param name in messages and reports
 * @param regionShift log2 of the region size
 * @param regionCount how many regions the capacity is
 * @param arenas how many arenas there are
 * @param policy which free block serves a request
 * @param favour what the adaptive policy favours
 * @param coalescing when freed cells go back to their slabs
 * @param cacheBytes that one cache may hold
 * @param allCachesBytes that all caches may hold
 * @param retainedRegions that stay committed when they are wholly free
 * @param hardened whether blocks have guards
 * @param zeroing whether memory is handed out zeroed
 * @param hugePages whether to ask for them
 * @param reclaimNanos how often ended threads and queues are looked after
 * @param defrag how the worker defragments at first
 * @param clock in nanoseconds, of any origin: what the worker goes by
 * @param os that reserves and commits
 * @param secret for the check bits of blocks
 */
public record PoolSettings(
        String name,
        int regionShift,
        int regionCount,
        int arenas,
        FitPolicy policy,
        Favour favour,
        Coalescing coalescing,
        long cacheBytes,
        long allCachesBytes,
        int retainedRegions,
        boolean hardened,
        boolean zeroing,
        boolean hugePages,
        long reclaimNanos,
        DefragSettings defrag,
        LongSupplier clock,
        OsMemory os,
        long secret) {

    /** Bytes of all regions. */
    public long capacityBytes() {
        return (long) regionCount << regionShift;
    }
}
