package dev.ashlar.space.volume;

import java.util.ArrayList;
import java.util.List;

/** CONTIGUOUS and CLING of what continues nothing: each leg is in one room, under the first in one run. Any room that has the space will do. */
final class WholeLegs implements Way {
    private final Problem problem;
    private final boolean isOneRun;

    WholeLegs(Problem problem, boolean isOneRun) {
        this.problem = problem;
        this.isOneRun = isOneRun;
    }

    @Override
    public boolean fits(long length) {
        return choose(length).size() == problem.legs;
    }

    @Override
    public void place(Draft draft, long length) {
        List<Integer> rooms = Rows.byDomain(problem, choose(length));
        for (int leg = 0; leg < rooms.size(); leg++) {
            int room = rooms.get(leg);
            FreeRuns.Run run = problem.free(room).fit(problem.metadata + length);
            if (run == null) {
                throw new IllegalStateException("leg " + leg + ": no run (expected: one for each leg)");
            }
            long first = Math.min(length, run.length() - problem.metadata);
            draft.begin(leg, room, run.offset(), first);
            draft.takeSome(leg, room, length - first);
        }
    }

    /** The first rooms that will do, one for each leg if there are as many. */
    private List<Integer> choose(long length) {
        List<Integer> chosen = new ArrayList<>();
        int[] inDomain = new int[problem.domains];
        for (int room = 0; room < problem.size() && chosen.size() < problem.legs; room++) {
            if (isEnough(problem.free(room), length) && inDomain[problem.domain(room)] < problem.perDomain) {
                inDomain[problem.domain(room)]++;
                chosen.add(room);
            }
        }
        return chosen;
    }

    private boolean isEnough(FreeRuns free, long length) {
        long whole = problem.metadata + length;
        return isOneRun ? free.largest() >= whole : free.free() >= whole && free.largest() > problem.metadata;
    }
}
