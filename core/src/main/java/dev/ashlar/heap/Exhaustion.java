package dev.ashlar.heap;

import dev.ashlar.HeapStatistics;
import dev.ashlar.OsException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.PoolExhaustedException.Cause;
import dev.ashlar.region.BlockSpace;

/** Finds out why a request can't be served, and says it. */
final class Exhaustion {
    private Exhaustion() {}

    static PoolExhaustedException ofRequest(String name, BlockSpace space, long byteSize, long alignment) {
        HeapStatistics now = space.statistics();
        long regionBytes = space.geometry().regionBytes();
        long available = now.partlyFreeBytes() + space.table().availableRegions() * regionBytes;
        boolean enough = byteSize <= available;
        String advice = enough
                ? "more would fit in one piece if neighbours of free blocks were freed, or the capacity were larger"
                : "freeing %d bytes or more, or a larger capacity, would help".formatted(byteSize - available);
        Cause cause = enough ? Cause.FRAGMENTATION : Cause.CAPACITY;
        return new PoolExhaustedException(
                describe(name, cause, byteSize, alignment, now) + "; " + advice, cause, byteSize, now, 0, null);
    }

    static PoolExhaustedException ofCommit(
            String name, BlockSpace space, long byteSize, long alignment, OsException refusal) {
        HeapStatistics now = space.statistics();
        return new PoolExhaustedException(
                describe(name, Cause.OPERATING_SYSTEM, byteSize, alignment, now) + "; " + refusal.getMessage(),
                Cause.OPERATING_SYSTEM,
                byteSize,
                now,
                refusal.errno(),
                refusal);
    }

    static PoolExhaustedException ofReservation(String name, long byteSize, OsException refusal) {
        HeapStatistics nothing = new HeapStatistics(byteSize, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        return new PoolExhaustedException(
                "heap '%s': %s: no addresses for a capacity of %d bytes; %s"
                        .formatted(name, Cause.OPERATING_SYSTEM, byteSize, refusal.getMessage()),
                Cause.OPERATING_SYSTEM,
                byteSize,
                nothing,
                refusal.errno(),
                refusal);
    }

    private static String describe(String name, Cause cause, long byteSize, long alignment, HeapStatistics now) {
        return ("heap '%s': %s: %d bytes (alignment %d) do not fit: capacity %d, committed %d, live %d in %d blocks, pending %d,"
                + " free %d with the largest block %d")
                .formatted(
                        name,
                        cause,
                        byteSize,
                        alignment,
                        now.capacityBytes(),
                        now.committedBytes(),
                        now.liveBytes(),
                        now.liveBlocks(),
                        now.pendingBytes(),
                        now.freeBytes(),
                        now.largestFreeBytes());
    }
}
