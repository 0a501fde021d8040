package dev.ashlar.space.volume;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Places what {@link Accumulation} missed. The ways of all allowed policies, the strictest first: if none of them fits, there is no placement.
 *
 * <p>The one exception is {@link LegFlow}: it leaves out continuations of a placement that is not apart by domain itself, although they are to be.
 */
final class Completion {
    private final Problem problem;
    private final List<Way> ways = new ArrayList<>();

    Completion(Problem problem) {
        this.problem = problem;
        for (PlacementPolicy policy : PlacementPolicy.values()) {
            if (policy.compareTo(problem.request.policy()) <= 0) {
                ways.add(way(policy));
            }
        }
    }

    /** Whether it could be placed, into an empty draft; if not, nothing was changed. */
    boolean place(Draft draft, long length) {
        for (Way way : ways) {
            if (way.fits(length)) {
                way.place(draft, length);
                return true;
            }
        }
        return false;
    }

    /** The greatest length below {@code limit} that fits; 0 if none does. */
    long longestBelow(long limit) {
        long low = 0;
        long high = limit - 1;
        while (low < high) {
            long middle = high - (high - low) / 2;
            if (ways.stream().anyMatch(way -> way.fits(middle))) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private Way way(PlacementPolicy policy) {
        Prior prior = problem.prior;
        return switch (policy) {
            case CONTIGUOUS -> prior == null ? new WholeLegs(problem, true) : new AdjacentLegs(problem, prior);
            case CLING -> prior == null ? new WholeLegs(problem, false) : new LegFlow(problem, prior, false);
            case CLING_BY_TAGS -> prior == null ? new DomainLegs(problem) : new LegFlow(problem, prior, true);
            case NORMAL -> new WrapAround(problem, IntStream.range(0, problem.size()).boxed().toList(), 0, problem.legs,
                    problem.perDomain);
            case ANYWHERE -> new Slices(problem);
        };
    }
}
