package dev.ashlar.space.volume;

import java.util.Arrays;

/** CONTIGUOUS of what continues a placement: each leg goes on where it ended, or not at all. */
final class AdjacentLegs implements Way {
    private final Problem problem;
    private final Prior prior;

    AdjacentLegs(Problem problem, Prior prior) {
        this.problem = problem;
        this.prior = prior;
    }

    @Override
    public boolean fits(long length) {
        int[] column = new int[problem.legs];
        Arrays.fill(column, Problem.NONE);
        for (int leg = 0; leg < problem.legs; leg++) {
            int room = prior.lastRoom(leg);
            if (room == Problem.NONE || !problem.mayUse(leg, room, column)
                    || !problem.free(room).isFree(prior.lastEnd(leg), length)) {
                return false;
            }
            column[leg] = room;
        }
        return true;
    }

    @Override
    public void place(Draft draft, long length) {
        for (int leg = 0; leg < problem.legs; leg++) {
            draft.take(leg, prior.lastRoom(leg), prior.lastEnd(leg), length);
        }
    }
}
