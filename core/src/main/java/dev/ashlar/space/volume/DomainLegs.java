package dev.ashlar.space.volume;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** CLING_BY_TAGS of what continues nothing: each leg stays in one domain, and a domain has as many legs as its rooms can carry. */
final class DomainLegs implements Way {
    private final Problem problem;
    private final Map<Integer, List<Integer>> domains = new LinkedHashMap<>();

    DomainLegs(Problem problem) {
        this.problem = problem;
        for (int room = 0; room < problem.size(); room++) {
            domains.computeIfAbsent(problem.domain(room), _ -> new ArrayList<>()).add(room);
        }
    }

    @Override
    public boolean fits(long length) {
        int legs = 0;
        for (List<Integer> rooms : domains.values()) {
            legs += legsIn(rooms, problem.legs - legs, length);
        }
        return legs == problem.legs;
    }

    /** Legs that are in one domain are consecutive, so that they are apart as far as they must be. */
    @Override
    public void place(Draft draft, long length) {
        int leg = 0;
        for (List<Integer> rooms : domains.values()) {
            int legs = legsIn(rooms, problem.legs - leg, length);
            if (legs > 0) {
                new WrapAround(problem, rooms, leg, legs, legs).place(draft, length);
                leg += legs;
            }
        }
    }

    /** The most legs, up to {@code most}, that the rooms of a domain can carry. */
    private int legsIn(List<Integer> rooms, int most, long length) {
        int legs = Math.min(Math.min(most, problem.perDomain), rooms.size());
        while (legs > 0 && !new WrapAround(problem, rooms, 0, legs, legs).fits(length)) {
            legs--;
        }
        return legs;
    }
}
