package dev.ashlar.space.volume;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Deals rooms out to legs so that they are apart. The legs are ordered by copy, then by stripe; so of as many consecutive legs as there are stripes no two have the same
 * data. Rooms that are ordered by domain, at most so many of each, are therefore apart.
 */
final class Rows {
    private Rows() {}

    /** The same rooms, those of a domain next to each other; otherwise as they came. */
    static List<Integer> byDomain(Problem problem, Collection<Integer> rooms) {
        Map<Integer, List<Integer>> domains = new LinkedHashMap<>();
        for (int room : rooms) {
            domains.computeIfAbsent(problem.domain(room), _ -> new ArrayList<>()).add(room);
        }
        return domains.values().stream().flatMap(List::stream).toList();
    }
}
