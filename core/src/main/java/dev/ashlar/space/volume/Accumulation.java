package dev.ashlar.space.volume;

import java.util.Arrays;
import java.util.function.IntPredicate;

import org.jspecify.annotations.Nullable;

/**
 * Places a request as LVM does: the strictest policy first, which takes as much as it permits, then the next for the rest, up to the one that is allowed.
 *
 * <p>All legs grow together, a column at a time: one free run for each leg, and as many extents of each as the shortest has. From every room the shortest run is considered that
 * is long enough, or else its longest; of all rooms the one that offers most, and among equals the one that was added first. A leg continues where it ends, if the run there
 * is free; else in rooms that it is in, from CLING on; else in their domains, from CLING_BY_TAGS on; else, from NORMAL on, anywhere, in rooms that no other leg is in first.
 *
 * <p>It never looks ahead, so it can miss a placement that exists; {@link Completion} does not. Its placements are the ones that one would expect.
 *
 * <p>Source: lvm(8), section ALLOCATION, and LVM2's behaviour (areas sorted by size, at most one for each source, the shortest of a column counts).
 */
final class Accumulation {
    private final Problem problem;
    private final Draft draft;
    private final long length;
    private final int[] column;
    private final FreeRuns.@Nullable Run[] runs;

    /** {@code length} extents of data are wanted for each leg. */
    Accumulation(Problem problem, Draft draft, long length) {
        this.problem = problem;
        this.draft = draft;
        this.length = length;
        this.column = new int[problem.legs];
        this.runs = new FreeRuns.Run[problem.legs];
    }

    /** Whether everything was placed; if not, the draft has what was. */
    boolean place() {
        for (PlacementPolicy policy : PlacementPolicy.values()) {
            if (policy.compareTo(problem.request.policy()) > 0) {
                break;
            }
            if (policy == PlacementPolicy.ANYWHERE) {
                new Slices(problem).fill(draft, length);
            } else {
                fill(policy);
            }
            if (missing() == 0) {
                return true;
            }
        }
        return false;
    }

    private void fill(PlacementPolicy policy) {
        boolean grows = true;
        while (grows && missing() > 0) {
            // A second column would not be adjacent.
            grows = findColumn(policy) && takeColumn() && policy != PlacementPolicy.CONTIGUOUS;
        }
    }

    private boolean findColumn(PlacementPolicy policy) {
        Arrays.fill(column, Problem.NONE);
        for (int leg = 0; leg < problem.legs; leg++) {
            if (!find(policy, leg)) {
                return false;
            }
        }
        return true;
    }

    private boolean find(PlacementPolicy policy, int leg) {
        if (!draft.isBegun(leg)) {
            return choose(leg, room -> true);
        }
        return chooseAdjacent(leg)
                || (isAllowed(policy, PlacementPolicy.CLING) && choose(leg, room -> draft.uses(leg, room)))
                || (isAllowed(policy, PlacementPolicy.CLING_BY_TAGS)
                        && choose(leg, room -> draft.usesDomainOf(leg, room)))
                || (isAllowed(policy, PlacementPolicy.NORMAL) && choose(leg, room -> true));
    }

    private static boolean isAllowed(PlacementPolicy policy, PlacementPolicy wanted) {
        return policy.compareTo(wanted) >= 0;
    }

    private boolean chooseAdjacent(int leg) {
        int room = draft.lastRoom(leg);
        if (room == Problem.NONE || !problem.mayUse(leg, room, column)) {
            return false;
        }
        column[leg] = room;
        runs[leg] = problem.free(room).runAt(draft.end(leg));
        if (runs[leg] == null) {
            column[leg] = Problem.NONE;
        }
        return runs[leg] != null;
    }

    private boolean choose(int leg, IntPredicate isCandidate) {
        long wanted = missing() + head();
        long least = problem.request.policy() == PlacementPolicy.CONTIGUOUS ? wanted : head() + 1;
        int best = Problem.NONE;
        long most = 0;
        for (int room = 0; room < problem.size(); room++) {
            if (isCandidate.test(room) && problem.mayUse(leg, room, column)) {
                long usable = Math.min(problem.free(room).largest(), wanted);
                if (usable >= least && (best == Problem.NONE || isBetter(leg, room, usable, best, most))) {
                    best = room;
                    most = usable;
                }
            }
        }
        if (best != Problem.NONE) {
            column[leg] = best;
            runs[leg] = problem.free(best).fit(wanted);
        }
        return best != Problem.NONE;
    }

    private boolean isBetter(int leg, int room, long usable, int best, long most) {
        if (problem.rank(room) != problem.rank(best)) {
            return problem.rank(room) < problem.rank(best);
        }
        boolean isUsedByOthers = draft.isUsedByOthers(leg, room);
        return isUsedByOthers == draft.isUsedByOthers(leg, best) ? usable > most : !isUsedByOthers;
    }

    /** Takes from each run of the column as much as the shortest has. */
    private boolean takeColumn() {
        long head = head();
        long step = missing();
        for (FreeRuns.Run run : runs) {
            step = run == null ? 0 : Math.min(step, run.length() - head);
        }
        for (int leg = 0; leg < problem.legs; leg++) {
            FreeRuns.Run run = runs[leg];
            if (run == null) {
                throw new IllegalStateException("leg " + leg + ": no run (expected: one for each leg)");
            }
            if (draft.isBegun(leg)) {
                draft.take(leg, column[leg], run.offset(), step);
            } else {
                draft.begin(leg, column[leg], run.offset(), step);
            }
        }
        return step > 0;
    }

    private long missing() {
        return length - draft.filled(0);
    }

    /** The metadata extents in front of the next column. */
    private long head() {
        return draft.isBegun(0) ? 0 : problem.metadata;
    }
}
