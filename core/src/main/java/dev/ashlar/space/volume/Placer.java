package dev.ashlar.space.volume;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** Places one request on the rooms of a set, or refuses it and leaves them as they were. Under the set's lock. */
final class Placer {
    private final VolumeRequest request;
    private final Map<String, Room> all;
    private final @Nullable Layout before;

    /** {@code before} is what is continued, as far as it is live, or null. */
    Placer(VolumeRequest request, Map<String, Room> all, @Nullable Layout before) {
        this.request = request;
        this.all = all;
        this.before = before;
    }

    Layout place() {
        long length = request.legLength();
        Problem problem = problem(request.tiers());
        for (int tiers = 1; tiers <= request.tiers().size(); tiers++) {
            problem = problem(request.tiers().subList(0, tiers));
            Layout layout = place(problem, length);
            if (layout != null) {
                return layout;
            }
        }
        Layout layout = request.tiers().isEmpty() ? place(problem, length) : null;
        if (layout != null) {
            return layout;
        }
        long longest = new Completion(problem).longestBelow(length);
        Layout less = request.isApproximate() && longest > 0 ? place(problem, longest) : null;
        if (less == null) {
            throw new Refusal(problem).toException(longest, all.values());
        }
        return less;
    }

    private Problem problem(List<Tier> tiers) {
        List<Room> rooms = all.values().stream()
                .filter(room -> room.isAllocatable && (tiers.isEmpty() || tiers.contains(room.source.tier())))
                .sorted((a, b) -> Integer.compare(tiers.indexOf(a.source.tier()), tiers.indexOf(b.source.tier())))
                .toList();
        return new Problem(request, rooms, all, before);
    }

    private @Nullable Layout place(Problem problem, long length) {
        Draft expected = new Draft(problem);
        if (new Accumulation(problem, expected, length).place()) {
            return expected.layout();
        }
        expected.undo();
        Draft draft = new Draft(problem);
        return new Completion(problem).place(draft, length) ? draft.layout() : null;
    }
}
