package dev.ashlar.space.volume;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/**
 * CLING and CLING_BY_TAGS of what continues a placement: each leg has rooms of its own choice, which several legs may have in common.
 *
 * <p>A flow says how much of each leg goes to which room, with no room giving more than a leg's length; and then it can always be ordered so that no room is used twice at a position:
 * this is preemptive open-shop scheduling, legs for jobs and rooms for machines. The order comes from matchings: in a square matrix whose rows and columns all have the same sum there
 * is a perfect matching of positive entries (Birkhoff); as much as its least entry is placed, and the rest has equal sums again.
 *
 * <p>If legs are to be apart by domain, the rooms of legs with the same data must be in different domains altogether (under parity, in few enough); else what is continued was not apart
 * itself, and these policies place nothing.
 *
 * <p>Source: T. Gonzalez and S. Sahni, <i>Open shop scheduling to minimize finish time</i>, Journal of the ACM 23, 1976, section 3.
 */
final class LegFlow implements Way {
    private final Problem problem;
    private final List<BitSet> allowed;

    LegFlow(Problem problem, Prior prior, boolean isByDomain) {
        this.problem = problem;
        this.allowed = new ArrayList<>();
        for (int leg = 0; leg < problem.legs; leg++) {
            BitSet rooms = prior.rooms(leg);
            for (int room = 0; isByDomain && room < problem.size(); room++) {
                if (prior.domains(leg).get(problem.domain(room))) {
                    rooms.set(room);
                }
            }
            allowed.add(rooms);
        }
    }

    @Override
    public boolean fits(long length) {
        return length <= problem.totalFree() / problem.legs && isApart() && sum(flow(length)) == problem.legs * length;
    }

    @Override
    public void place(Draft draft, long length) {
        long[][] flow = flow(length);
        int size = problem.legs + problem.size();
        long[][] square = square(flow, length);
        long left = length;
        while (left > 0) {
            int[] columnOf = matching(square, size);
            long step = left;
            for (int row = 0; row < size; row++) {
                step = Math.min(step, square[row][columnOf[row]]);
            }
            for (int row = 0; row < size; row++) {
                square[row][columnOf[row]] -= step;
            }
            for (int leg = 0; leg < problem.legs; leg++) {
                draft.takeSome(leg, columnOf[leg], step);
            }
            left -= step;
        }
    }

    private boolean isApart() {
        if (!problem.request.isApartByDomain()) {
            return true;
        }
        for (int leg = 0; leg < problem.legs; leg++) {
            int[] legsIn = new int[problem.domains];
            for (int other = 0; other < problem.legs; other++) {
                if (problem.isSameData(leg, other)) {
                    allowed.get(other).stream().map(problem::domain).distinct().forEach(domain -> legsIn[domain]++);
                }
            }
            if (Arrays.stream(legsIn).anyMatch(count -> count > problem.atMostOfSameData())) {
                return false;
            }
        }
        return true;
    }

    private static long sum(long[][] flow) {
        return Arrays.stream(flow).flatMapToLong(Arrays::stream).sum();
    }

    /** A greatest flow: of each leg at most {@code length}, of each room at most that and what is free. */
    private long[][] flow(long length) {
        long[][] flow = new long[problem.legs][problem.size()];
        long[] room = new long[problem.size()];
        Arrays.setAll(room, index -> Math.min(problem.free(index).free(), length));
        for (int leg = 0; leg < problem.legs; leg++) {
            long left = length;
            while (left > 0) {
                long pushed = push(flow, room, leg, left);
                if (pushed == 0) {
                    break;
                }
                left -= pushed;
            }
        }
        return flow;
    }

    /** Sends more of a leg along a shortest path: into a room with space, or into one from which another leg moves on. */
    private long push(long[][] flow, long[] space, int from, long most) {
        int[] legBefore = new int[problem.size()];
        int[] roomBefore = new int[problem.legs];
        Arrays.fill(legBefore, Problem.NONE);
        Arrays.fill(roomBefore, Problem.NONE);
        BitSet seen = new BitSet();
        seen.set(from);
        Deque<Integer> legs = new ArrayDeque<>(List.of(from));
        while (!legs.isEmpty()) {
            int leg = legs.remove();
            for (int room = allowed.get(leg).nextSetBit(0); room >= 0; room = allowed.get(leg).nextSetBit(room + 1)) {
                if (legBefore[room] != Problem.NONE) {
                    continue;
                }
                legBefore[room] = leg;
                if (space[room] > 0) {
                    return augment(flow, space, from, room, most, legBefore, roomBefore);
                }
                for (int other = 0; other < problem.legs; other++) {
                    if (flow[other][room] > 0 && !seen.get(other)) {
                        seen.set(other);
                        roomBefore[other] = room;
                        legs.add(other);
                    }
                }
            }
        }
        return 0;
    }

    private static long augment(long[][] flow, long[] space, int from, int to, long most, int[] legBefore,
            int[] roomBefore) {
        long step = Math.min(most, space[to]);
        for (int leg = legBefore[to]; leg != from; leg = legBefore[roomBefore[leg]]) {
            step = Math.min(step, flow[leg][roomBefore[leg]]);
        }
        space[to] -= step;
        int room = to;
        for (int leg = legBefore[to];; leg = legBefore[room]) {
            flow[leg][room] += step;
            if (leg == from) {
                return step;
            }
            room = roomBefore[leg];
            flow[leg][room] -= step;
        }
    }

    /** The flow, what each room lacks to {@code length}, and the flow turned, so that all rows and columns have the sum {@code length}. */
    private long[][] square(long[][] flow, long length) {
        int legs = problem.legs;
        int rooms = problem.size();
        long[][] square = new long[legs + rooms][rooms + legs];
        for (int room = 0; room < rooms; room++) {
            square[legs + room][room] = length;
            for (int leg = 0; leg < legs; leg++) {
                square[leg][room] = flow[leg][room];
                square[legs + room][rooms + leg] = flow[leg][room];
                square[legs + room][room] -= flow[leg][room];
            }
        }
        return square;
    }

    /** The column of each row, all different, with a positive entry. */
    private static int[] matching(long[][] square, int size) {
        int[] rowOf = new int[size];
        Arrays.fill(rowOf, Problem.NONE);
        for (int row = 0; row < size; row++) {
            if (!match(square, row, rowOf, new BitSet())) {
                throw new IllegalStateException(
                        "matching: none for row " + row + " (expected: one, since all sums are equal)");
            }
        }
        int[] columnOf = new int[size];
        for (int column = 0; column < size; column++) {
            columnOf[rowOf[column]] = column;
        }
        return columnOf;
    }

    private static boolean match(long[][] square, int row, int[] rowOf, BitSet seen) {
        for (int column = 0; column < rowOf.length; column++) {
            if (square[row][column] > 0 && !seen.get(column)) {
                seen.set(column);
                if (rowOf[column] == Problem.NONE || match(square, rowOf[column], rowOf, seen)) {
                    rowOf[column] = row;
                    return true;
                }
            }
        }
        return false;
    }
}
