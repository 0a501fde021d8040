package dev.ashlar.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.ashlar.FitEvidence;
import dev.ashlar.block.BlockLayout;

/**
 * Counts what the requests of a window show, and keeps what the free blocks are at its end: what {@link PolicySelector} decides on. One object serves for all
 * windows, so that counting makes no garbage; {@link #evidence} copies it for those who are told of a switch.
 */
public final class FitWindow {
    private static final double NANOS_PER_SECOND = 1e9;

    /** The bit of the smallest size for which segregated and best fit may differ. */
    private static final int LARGE_LOG = Long.SIZE - 1 - Long.numberOfLeadingZeros(
            (long) Bins.FIRST_RANGE_BIN << BlockLayout.UNIT_SHIFT);

    private final long[] sizes = new long[Long.SIZE];
    private long misses;
    private long growths;

    // What was when the window began.
    private long firstLiveBlocks;
    private long firstSteps;
    private long firstNanos;

    // What is when it ends.
    private long requests;
    private long largeRequests;
    private long liveBlocks;
    private long frees;
    private long steps;
    private long nanos;
    private int regions;
    private long inUseBytes;
    private long freeBytes;
    private long largestFreeBytes;

    /** A window in which nothing has been counted. */
    public FitWindow() {}

    /**
     * Begins another window.
     *
     * @param liveBlocksNow how many blocks are live
     * @param stepsNow of {@link FreeBlocks#steps()}
     * @param nanosNow of a clock that need not exist: then always the same
     */
    public void begin(long liveBlocksNow, long stepsNow, long nanosNow) {
        Arrays.fill(sizes, 0);
        misses = 0;
        growths = 0;
        firstLiveBlocks = liveBlocksNow;
        firstSteps = stepsNow;
        firstNanos = nanosNow;
    }

    /** A request got a block of so many units, 1 at least. A part of each allocation: one addition. */
    public void served(long units) {
        sizes[Long.SIZE - 1 - Long.numberOfLeadingZeros(units << BlockLayout.UNIT_SHIFT)]++;
    }

    /** A search found nothing, though the free bytes would have sufficed. */
    public void missed() {
        misses++;
    }

    /** A region was taken into use, or several at once. */
    public void grown() {
        growths++;
    }

    /**
     * Ends the window. What was counted stays until the next one begins.
     *
     * @param liveBlocksNow how many blocks are live
     * @param stepsNow of {@link FreeBlocks#steps()}
     * @param nanosNow of the same clock
     */
    public void end(long liveBlocksNow, long stepsNow, long nanosNow) {
        requests = 0;
        largeRequests = 0;
        for (int log = 0; log < sizes.length; log++) {
            requests += sizes[log];
            largeRequests += log >= LARGE_LOG ? sizes[log] : 0;
        }
        liveBlocks = liveBlocksNow;
        frees = Math.max(0, requests - (liveBlocksNow - firstLiveBlocks));
        steps = stepsNow - firstSteps;
        nanos = nanosNow - firstNanos;
    }

    /**
     * Says what the free blocks are at the end.
     *
     * @param regionsNow in use
     * @param inUse bytes of those
     * @param free bytes of their free blocks
     * @param largestFree bytes of the largest of them
     */
    public void free(int regionsNow, long inUse, long free, long largestFree) {
        regions = regionsNow;
        inUseBytes = inUse;
        freeBytes = free;
        largestFreeBytes = largestFree;
    }

    /** Requests, at the end. */
    long requests() {
        return requests;
    }

    /** Regions in use at the end. */
    int regions() {
        return regions;
    }

    /** The share of requests for which segregated and best fit may differ: those of 1 KiB and more. */
    double largeShare() {
        return requests == 0 ? 0 : (double) largeRequests / requests;
    }

    double fragmentation() {
        return freeBytes == 0 ? 0 : 1 - (double) largestFreeBytes / freeBytes;
    }

    double scattered() {
        return inUseBytes == 0 ? 0 : (double) (freeBytes - largestFreeBytes) / inUseBytes;
    }

    double searchLength() {
        return requests == 0 ? 0 : (double) steps / requests;
    }

    double missRate() {
        return requests == 0 ? 0 : (double) misses / requests;
    }

    double lifetime() {
        return requests == 0 ? 0 : frees == 0 ? Double.POSITIVE_INFINITY : (double) liveBlocks * requests / frees;
    }

    double load() {
        return nanos <= 0 ? 0 : requests * NANOS_PER_SECOND / nanos;
    }

    /** A copy of all of it. */
    public FitEvidence evidence() {
        int last = sizes.length - 1;
        while (last >= 0 && sizes[last] == 0) {
            last--;
        }
        List<Long> bySize = new ArrayList<>(last + 1);
        for (int log = 0; log <= last; log++) {
            bySize.add(sizes[log]);
        }
        return new FitEvidence(
                requests,
                bySize,
                frees,
                liveBlocks,
                misses,
                growths,
                steps,
                regions,
                inUseBytes,
                freeBytes,
                largestFreeBytes,
                nanos,
                fragmentation(),
                scattered(),
                searchLength(),
                missRate(),
                lifetime(),
                load());
    }
}
