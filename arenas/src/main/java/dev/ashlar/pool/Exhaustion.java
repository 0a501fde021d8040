package dev.ashlar.pool;

import dev.ashlar.HeapStatistics;
import dev.ashlar.OsException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.PoolExhaustedException.Cause;
import dev.ashlar.event.AllocationFailed;
import org.jspecify.annotations.Nullable;

/** Says why a request failed, and what would have helped. */
final class Exhaustion {
    private Exhaustion() {}

    static PoolExhaustedException of(
            String poolName,
            HeapStatistics now,
            long limitBytes,
            long regionBytes,
            long byteSize,
            long alignment,
            @Nullable OsException refusal) {
        long most = Math.min(limitBytes, now.capacityBytes());
        Cause cause = causeOf(now, most, byteSize, refusal);
        AllocationFailed.write(poolName, null, cause, byteSize, alignment, now);
        String message =
                ("pool '%s': %s: %d bytes (alignment %d) do not fit: %s %d, committed %d, live %d in %d blocks,"
                        + " pending %d, free %d with the largest block %d; %s")
                        .formatted(
                                poolName,
                                cause,
                                byteSize,
                                alignment,
                                most < now.capacityBytes() ? "limit" : "capacity",
                                most,
                                now.committedBytes(),
                                now.liveBytes(),
                                now.liveBlocks(),
                                now.pendingBytes(),
                                now.freeBytes(),
                                now.largestFreeBytes(),
                                advice(cause, now, most, regionBytes, byteSize, refusal));
        return new PoolExhaustedException(
                message, cause, byteSize, now, refusal == null ? 0 : refusal.errno(), refusal);
    }

    private static Cause causeOf(HeapStatistics now, long most, long byteSize, @Nullable OsException refusal) {
        if (refusal != null) {
            return Cause.OPERATING_SYSTEM;
        }
        return byteSize <= now.freeBytes() + uncommitted(now, most) ? Cause.FRAGMENTATION : Cause.CAPACITY;
    }

    private static long uncommitted(HeapStatistics now, long most) {
        return Math.max(0, most - now.committedBytes());
    }

    private static String advice(
            Cause cause, HeapStatistics now, long most, long regionBytes, long byteSize,
            @Nullable OsException refusal) {
        if (refusal != null) {
            return String.valueOf(refusal.getMessage());
        }
        if (byteSize > now.capacityBytes()) {
            return "a capacity of more than %d would help, and nothing else".formatted(byteSize);
        }
        if (cause == Cause.CAPACITY) {
            String pending = now.pendingBytes() == 0
                    ? ""
                    : "; %d pending bytes come back when the threads that cache them free, or end"
                            .formatted(now.pendingBytes());
            return "freeing %d bytes or more, or a larger capacity, would help%s"
                    .formatted(byteSize - now.freeBytes() - uncommitted(now, most), pending);
        }
        return byteSize > regionBytes
                ? "freeing what lies between free regions of %d bytes would help, or a larger capacity"
                        .formatted(regionBytes)
                : "freeing neighbours of free blocks would help, or a larger capacity";
    }

    static PoolExhaustedException ofReservation(String poolName, long byteSize, OsException refusal) {
        HeapStatistics nothing = new HeapStatistics(byteSize, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        return new PoolExhaustedException(
                "pool '%s': %s: no addresses for a capacity of %d bytes; %s"
                        .formatted(poolName, Cause.OPERATING_SYSTEM, byteSize, refusal.getMessage()),
                Cause.OPERATING_SYSTEM,
                byteSize,
                nothing,
                refusal.errno(),
                refusal);
    }
}
