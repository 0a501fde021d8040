package dev.ashlar;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What one run of a pool's worker did, in bytes that are true: each kind is counted where it happens, and nothing is estimated. Every figure
 * is zero only if there was nothing of that kind to do, or the run {@linkplain #end() ended early}, or the {@linkplain #failures() failures} say why.
 *
 * <p>The sums are of all arenas and of what belongs to none: caches, and wholly free regions.
 *
 * @param number of the run, from 1 on
 * @param requested whether somebody asked for it
 * @param steps that were due
 * @param arenas one row for each arena that was looked after
 * @param bytes reclaimed in sum, by kind
 * @param before the free space of those arenas when the run began
 * @param after the same when it ended; what others did meanwhile is in it
 * @param purges how often the operating system was asked to take pages inside free blocks back
 * @param locks for how long arenas' locks were held in slices, in sum over the arenas
 * @param durationNanos from the beginning to the end, pauses included
 * @param failures of steps, the first 16; each ended its step for its arena, or was made up for, and the others went on
 * @param failureCount how many there were
 * @param end why it ended
 */
public record DefragReport(
        long number,
        boolean requested,
        List<DefragStep> steps,
        List<ArenaRow> arenas,
        Map<ReclaimKind, Long> bytes,
        FreeSpace before,
        FreeSpace after,
        long purges,
        LockSlices locks,
        long durationNanos,
        List<Failure> failures,
        long failureCount,
        End end) {

    /** Why a run ended. */
    public enum End {
        /** All was done. */
        COMPLETE,
        /** The time was over. */
        TIME_LIMIT,
        /** As many bytes as wanted were reclaimed. */
        BYTE_LIMIT,
        /** The future was cancelled. */
        CANCELLED,
        /** The pool was closed. */
        CLOSED
    }

    /**
     * What was done for one arena.
     *
     * @param number of the arena
     * @param fenced whether it is, as damage was found: then nothing was done for it
     * @param bytes reclaimed, by kind; regions that are released belong to no arena
     * @param before its free space when the run began
     * @param after the same when it ended
     * @param purges how often the operating system was asked to take pages back
     * @param locks for how long its lock was held, in slices
     */
    public record ArenaRow(
            int number,
            boolean fenced,
            Map<ReclaimKind, Long> bytes,
            FreeSpace before,
            FreeSpace after,
            long purges,
            LockSlices locks) {
        /** An unmodifiable copy of the map. */
        public ArenaRow {
            bytes = copy(bytes);
        }

        /** Bytes of one kind. */
        public long bytes(ReclaimKind kind) {
            return bytes.getOrDefault(kind, 0L);
        }
    }

    /**
     * What went wrong.
     *
     * @param step in which
     * @param arena for which, or -1
     * @param cause what was thrown
     */
    public record Failure(DefragStep step, int arena, Throwable cause) {}

    /** Unmodifiable copies of lists and map. */
    public DefragReport {
        steps = List.copyOf(steps);
        arenas = List.copyOf(arenas);
        bytes = copy(bytes);
        failures = List.copyOf(failures);
    }

    private static Map<ReclaimKind, Long> copy(Map<ReclaimKind, Long> bytes) {
        Map<ReclaimKind, Long> copy = new EnumMap<>(ReclaimKind.class);
        for (ReclaimKind kind : ReclaimKind.values()) {
            copy.put(kind, bytes.getOrDefault(kind, 0L));
        }
        return Collections.unmodifiableMap(copy);
    }

    /** Bytes of one kind. */
    public long bytes(ReclaimKind kind) {
        return bytes.getOrDefault(kind, 0L);
    }

    /** Bytes of all kinds: memory that passed through several counts in each. */
    public long reclaimedBytes() {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Whether it ended before all was done. */
    public boolean isCutShort() {
        return end != End.COMPLETE;
    }
}
