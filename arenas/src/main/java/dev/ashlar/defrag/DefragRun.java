package dev.ashlar.defrag;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.DefragReport.ArenaRow;
import dev.ashlar.DefragReport.End;
import dev.ashlar.DefragReport.Failure;
import dev.ashlar.DefragSettings;
import dev.ashlar.DefragStep;
import dev.ashlar.FreeSpace;
import dev.ashlar.LockSlices;
import dev.ashlar.ReclaimKind;
import org.jspecify.annotations.Nullable;

/**
 * One run: its limits, and what has come of it. In bytes,
 *
 * <pre>{@code
 *     reclaimed, of a kind == sum over the arenas' slices, and what belongs to no arena
 * }</pre>
 *
 * <p>Arenas count what slices do to them; steps tell what else is reclaimed.
 */
final class DefragRun {
    /** In place of an arena's number. */
    static final int NO_ARENA = -1;

    private static final int MOST_FAILURES = 16;

    private final DefragSpace space;
    private final Decays decays;
    private final Passes passes;
    private final LongSupplier clock;
    private final boolean requested;
    private final DefragOptions options;
    private final BooleanSupplier cancelled;
    private final Tally[] tallies;
    private final List<Failure> failures = new ArrayList<>();
    private final long beginNanos;
    private final long endNanos;
    private final Defragmenter.Outlook outlook;
    private long failureCount;
    private long movedBytes;
    private long purgedElsewhereBytes;
    private long releasedBytes;
    private LockSlices locksElsewhere = LockSlices.NONE;
    private @Nullable End end;

    /** What one arena counted when the run began, and what was purged there since. */
    private static final class Tally {
        final DefragArena arena;
        final DefragArena.Figures before;
        long purgedBytes;
        long purges;

        Tally(DefragArena arena, DefragArena.Figures before) {
            this.arena = arena;
            this.before = before;
        }

        long reclaimedBytes() {
            return arena.returnedBytes() + arena.coalescedBytes() + purgedBytes;
        }

        Map<ReclaimKind, Long> bytes() {
            Map<ReclaimKind, Long> bytes = new EnumMap<>(ReclaimKind.class);
            bytes.put(ReclaimKind.RETURNED, arena.returnedBytes());
            bytes.put(ReclaimKind.COALESCED, arena.coalescedBytes());
            bytes.put(ReclaimKind.PURGED, purgedBytes);
            return bytes;
        }
    }

    /** Begins. */
    DefragRun(
            DefragSpace space,
            Decays decays,
            Passes passes,
            LongSupplier clock,
            boolean requested,
            DefragOptions options,
            BooleanSupplier cancelled,
            Defragmenter.Outlook outlook) {
        this.space = space;
        this.decays = decays;
        this.passes = passes;
        this.clock = clock;
        this.requested = requested;
        this.options = options;
        this.cancelled = cancelled;
        this.outlook = outlook;
        tallies = new Tally[space.arenas()];
        for (int i = 0; i < tallies.length; i++) {
            space.arena(i).begin();
            tallies[i] = new Tally(space.arena(i), outlook.arenas().get(i));
        }
        beginNanos = clock.getAsLong();
        long limit = Nanos.of(options.timeLimit());
        endNanos = limit > Long.MAX_VALUE - Math.max(0, beginNanos) ? Long.MAX_VALUE : beginNanos + limit;
    }

    DefragSpace space() {
        return space;
    }

    Decays decays() {
        return decays;
    }

    Passes passes() {
        return passes;
    }

    DefragSettings settings() {
        return outlook.settings();
    }

    /** The figures of movable blocks when the run began. */
    MovableFigures movables() {
        return outlook.figures().movables();
    }

    long now() {
        return clock.getAsLong();
    }

    boolean isRequested() {
        return requested;
    }

    long dirtyPagesDue(DefragArena arena) {
        return outlook.pagesDue().get(arena.number());
    }

    int regionsKept() {
        return outlook.regionsKept();
    }

    /** Whether to do one more piece of work, which there is. */
    boolean goesOn() {
        return goesOn(0);
    }

    /** The same, with bytes that were reclaimed and not told yet. */
    boolean goesOn(long moreBytes) {
        if (end == null) {
            end = reasonToEnd(moreBytes);
        }
        return end == null;
    }

    private @Nullable End reasonToEnd(long moreBytes) {
        if (space.isClosed()) {
            return End.CLOSED;
        }
        if (cancelled.getAsBoolean()) {
            return End.CANCELLED;
        }
        if (clock.getAsLong() - endNanos >= 0) {
            return End.TIME_LIMIT;
        }
        boolean isEnough = options.byteLimit() != Long.MAX_VALUE && reclaimedBytes() + moreBytes >= options.byteLimit();
        return isEnough ? End.BYTE_LIMIT : null;
    }

    private long reclaimedBytes() {
        long bytes = movedBytes + purgedElsewhereBytes + releasedBytes;
        for (Tally tally : tallies) {
            bytes += tally.reclaimedBytes();
        }
        return bytes;
    }

    /** Does something for each arena that is looked after and not fenced. What fails for one does not keep the others from it. */
    void forEachArena(Step step, Consumer<DefragArena> action) {
        for (Tally tally : tallies) {
            if (end == null && isLookedAfter(tally) && !tally.arena.figures().fenced()) {
                guarded(step, tally.arena.number(), () -> action.accept(tally.arena));
            }
        }
    }

    private boolean isLookedAfter(Tally tally) {
        return options.arena() == DefragOptions.ALL_ARENAS || options.arena() == tally.arena.number();
    }

    /** Does the steps that are due, in their order. */
    void run(List<Step> steps, Set<DefragStep> due) {
        for (Step step : steps) {
            if (due.contains(step.kind()) && end == null) {
                guarded(step, NO_ARENA, () -> step.run(this));
            }
        }
    }

    private void guarded(Step step, int arena, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            if (space.isClosed()) {
                end = End.CLOSED;
            } else {
                failed(step, arena, e);
            }
        }
    }

    void failed(Step step, int arena, Throwable cause) {
        failureCount++;
        if (failures.size() < MOST_FAILURES) {
            failures.add(new Failure(step.kind(), arena, cause));
        }
    }

    void purged(DefragArena arena, long bytes, long purges) {
        tallies[arena.number()].purgedBytes += bytes;
        tallies[arena.number()].purges += purges;
    }

    /** How much more may be reclaimed. */
    long bytesLeft() {
        return options.byteLimit() == Long.MAX_VALUE
                ? Long.MAX_VALUE
                : Math.max(0, options.byteLimit() - reclaimedBytes());
    }

    void moved(long bytes) {
        movedBytes += bytes;
    }

    /** Of an arena that has no row. */
    void lockedElsewhere(LockSlices locks) {
        locksElsewhere = locksElsewhere.plus(locks);
    }

    /** Of pages that belong to no arena that a run looks after. */
    void purgedElsewhere(long bytes) {
        purgedElsewhereBytes += bytes;
    }

    void released(long bytes) {
        releasedBytes += bytes;
    }

    /** What has come of it. */
    DefragReport report(long number, Set<DefragStep> due) {
        Map<ReclaimKind, Long> bytes = new EnumMap<>(ReclaimKind.class);
        bytes.put(ReclaimKind.MOVED, movedBytes);
        bytes.put(ReclaimKind.PURGED, purgedElsewhereBytes);
        bytes.put(ReclaimKind.RELEASED, releasedBytes);
        List<ArenaRow> rows = new ArrayList<>();
        FreeSpace before = new FreeSpace(0, 0, 0);
        FreeSpace after = new FreeSpace(0, 0, 0);
        LockSlices locks = locksElsewhere;
        long purges = 0;
        for (Tally tally : tallies) {
            ArenaRow row = row(tally);
            row.bytes().forEach((kind, sum) -> bytes.merge(kind, sum, Long::sum));
            purges += row.purges();
            locks = locks.plus(row.locks());
            if (isLookedAfter(tally)) {
                rows.add(row);
                before = before.plus(row.before());
                after = after.plus(row.after());
            }
        }
        return new DefragReport(
                number,
                requested,
                List.copyOf(due),
                rows,
                bytes,
                before,
                after,
                purges,
                locks,
                clock.getAsLong() - beginNanos,
                failures,
                failureCount,
                end == null ? End.COMPLETE : end);
    }

    private ArenaRow row(Tally tally) {
        DefragArena.Figures now = figures(tally);
        return new ArenaRow(
                tally.arena.number(),
                now.fenced(),
                tally.bytes(),
                tally.before.free(),
                now.free(),
                tally.purges,
                tally.arena.locks());
    }

    private DefragArena.Figures figures(Tally tally) {
        try {
            return tally.arena.figures();
        } catch (RuntimeException e) {
            if (!space.isClosed()) {
                throw e;
            }
            // Of a closed pool nothing can be read any more.
            end = End.CLOSED;
            return tally.before;
        }
    }
}
