package dev.ashlar.space.volume;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The partition of a set's sources that tags make: those with a tag in common are in one domain, and so are those that a chain of them connects. It is a partition, and
 * not a relation of pairs, so that "at most so many legs in a domain" can be decided exactly.
 */
final class Domains {
    private final List<Integer> parents = new ArrayList<>();
    private final Map<Room, Integer> members = new HashMap<>();

    /** Of all these rooms, by the tags named; by all tags if none is. */
    Domains(Iterable<Room> rooms, Set<String> tags) {
        Map<String, Integer> byTag = new HashMap<>();
        for (Room room : rooms) {
            int member = parents.size();
            parents.add(member);
            members.put(room, member);
            for (String tag : room.source.tags()) {
                if (tags.isEmpty() || tags.contains(tag)) {
                    parents.set(root(member), root(byTag.computeIfAbsent(tag, _ -> member)));
                }
            }
        }
    }

    /** A number that the rooms of one domain have in common, below the number of rooms. */
    int of(Room room) {
        return root(members.getOrDefault(room, 0));
    }

    int count() {
        return parents.size();
    }

    private int root(int member) {
        int at = member;
        while (parents.get(at) != at) {
            parents.set(at, parents.get(parents.get(at)));
            at = parents.get(at);
        }
        return at;
    }
}
