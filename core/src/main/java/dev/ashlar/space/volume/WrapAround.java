package dev.ashlar.space.volume;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * NORMAL, and a domain's part of CLING_BY_TAGS: any rooms, no two legs in one at the same position, in a domain at most so many legs at any.
 *
 * <p>It is the preemptive scheduling of legs (machines) and rooms (jobs), and McNaughton's wrap-around rule solves it: write what the rooms give one after the other into a line, and
 * cut the line into legs. A room that gives no more than a leg's length is never twice at the same position, since it covers less than a turn; rooms of one domain next
 * to each other that give no more than {@code k} lengths are never more than {@code k} times at a position. So it fits exactly if
 *
 * <pre>{@code sum over domains of min(sum over rooms of min(free, length), perDomain * length) >= legs * length}</pre>
 *
 * <p>Metadata is a column of its own, with the first extent of data: one room for each leg with a run for both. Which rooms is decided by what the sum above loses by it; that loss is
 * convex in the number of a domain's rooms that are chosen, so the least ones are right.
 *
 * <p>Source: R. McNaughton, <i>Scheduling with deadlines and loss functions</i>, Management Science 6, 1959, theorem 3.1.
 */
final class WrapAround implements Way {
    private final Problem problem;
    private final List<Integer> rooms;
    private final int firstLeg;
    private final int legs;
    private final int perDomain;

    /** Over these rooms, for the {@code legs} legs from {@code firstLeg} on. */
    WrapAround(Problem problem, List<Integer> rooms, int firstLeg, int legs, int perDomain) {
        this.problem = problem;
        this.rooms = rooms;
        this.firstLeg = firstLeg;
        this.legs = legs;
        this.perDomain = Math.min(perDomain, legs);
    }

    @Override
    public boolean fits(long length) {
        long total = 0;
        long[] free = new long[problem.size()];
        for (int room : rooms) {
            free[room] = problem.free(room).free();
            total += free[room];
        }
        if (length > total / legs - problem.metadata) {
            return false;
        }
        if (problem.metadata == 0) {
            return given(free, length) == legs * length;
        }
        List<Integer> heads = heads(free, length);
        if (heads == null) {
            return false;
        }
        heads.forEach(room -> free[room] -= problem.metadata + 1);
        return given(free, length - 1) == legs * (length - 1);
    }

    @Override
    public void place(Draft draft, long length) {
        long[] free = new long[problem.size()];
        rooms.forEach(room -> free[room] = problem.free(room).free());
        long rest = length;
        if (problem.metadata > 0) {
            List<Integer> heads = heads(free, length);
            if (heads == null) {
                throw new IllegalStateException(
                        "length " + length + ": no room for metadata (expected: one that fits)");
            }
            takeHeads(draft, Rows.byDomain(problem, heads));
            rooms.forEach(room -> free[room] = problem.free(room).free());
            rest--;
        }
        takeLine(draft, amounts(free, rest), rest);
    }

    /** How much the rooms give for legs of this length, up to what is needed. */
    private long given(long[] free, long length) {
        long sum = 0;
        for (long amount : amounts(free, length)) {
            sum += amount;
        }
        return sum;
    }

    /** What each room gives: those first that are preferred, and of them those that give most. */
    private long[] amounts(long[] free, long length) {
        long[] amounts = new long[problem.size()];
        long[] ofDomain = new long[problem.domains];
        long left = legs * length;
        for (int room : byGift(free, length)) {
            int domain = problem.domain(room);
            long amount = Math.min(Math.min(free[room], length), Math.min(left, perDomain * length - ofDomain[domain]));
            amounts[room] = amount;
            ofDomain[domain] += amount;
            left -= amount;
        }
        return amounts;
    }

    private List<Integer> byGift(long[] free, long length) {
        return rooms.stream()
                .sorted(Comparator.<Integer>comparingInt(problem::rank)
                        .thenComparing(
                                Comparator.<Integer>comparingLong(room -> Math.min(free[room], length)).reversed()))
                .toList();
    }

    /** Writes what the rooms give into a line, domain by domain, and cuts it into legs. */
    private void takeLine(Draft draft, long[] amounts, long length) {
        int leg = 0;
        long at = 0;
        for (int room : Rows.byDomain(problem, byGift(amounts, length))) {
            long left = amounts[room];
            while (left > 0) {
                long part = Math.min(left, length - at);
                draft.takeSome(firstLeg + leg, room, part);
                left -= part;
                at += part;
                if (at == length) {
                    leg++;
                    at = 0;
                }
            }
        }
    }

    private void takeHeads(Draft draft, List<Integer> heads) {
        for (int i = 0; i < legs; i++) {
            int room = heads.get(i);
            FreeRuns.Run run = problem.free(room).fit(problem.metadata + 1);
            if (run == null) {
                throw new IllegalStateException(
                        "leg " + (firstLeg + i) + ": no run for its metadata (expected: one for each leg)");
            }
            draft.begin(firstLeg + i, room, run.offset(), 1);
        }
    }

    /** The room for the metadata and the first extent of each leg, so that as much as can be is left for the rest; null if there are too few. */
    private @Nullable List<Integer> heads(long[] free, long length) {
        List<Head> heads = new ArrayList<>();
        for (List<Integer> members : domains()) {
            long cap = perDomain * (length - 1);
            long whole = members.stream().mapToLong(room -> Math.min(free[room], length - 1)).sum();
            long spare = Math.max(whole - cap, 0);
            long lost = 0;
            List<Integer> able = members.stream()
                    .filter(room -> problem.free(room).largest() > problem.metadata)
                    .sorted(Comparator.<Integer>comparingLong(room -> loss(free[room], length))
                            .thenComparingInt(problem::rank))
                    .limit(perDomain)
                    .toList();
            for (int room : able) {
                long before = Math.max(lost - spare, 0);
                lost += loss(free[room], length);
                heads.add(new Head(room, Math.max(lost - spare, 0) - before));
            }
        }
        return heads.size() < legs
                ? null
                : heads.stream().sorted(Comparator.comparingLong(Head::loss)).limit(legs).map(Head::room).toList();
    }

    private record Head(int room, long loss) {}

    /** By how much less a room can give to the other columns if it has a head. */
    private long loss(long free, long length) {
        return Math.min(free, length - 1) - Math.min(free - problem.metadata - 1, length - 1);
    }

    private List<List<Integer>> domains() {
        List<List<Integer>> domains = new ArrayList<>();
        int last = Problem.NONE;
        for (int room : Rows.byDomain(problem, rooms)) {
            if (problem.domain(room) != last) {
                domains.add(new ArrayList<>());
                last = problem.domain(room);
            }
            domains.getLast().add(room);
        }
        return domains;
    }
}
