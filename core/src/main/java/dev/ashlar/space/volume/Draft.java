package dev.ashlar.space.volume;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a request has taken so far. It is really taken, out of the rooms' free runs, under the set's lock; {@link #undo} gives all of it back, which leaves the runs as they
 * were.
 */
final class Draft {
    private final Problem problem;
    private final List<List<Taken>> data = new ArrayList<>();
    private final @Nullable Taken[] metadata;
    private final BitSet[] rooms;
    private final BitSet[] domains;
    private final int[] users;
    private final int[] lastRoom;
    private final long[] end;
    private final long[] filled;

    Draft(Problem problem) {
        int legs = problem.legs;
        this.problem = problem;
        this.metadata = new Taken[legs];
        this.rooms = new BitSet[legs];
        this.domains = new BitSet[legs];
        this.users = new int[problem.size()];
        this.lastRoom = new int[legs];
        this.end = new long[legs];
        this.filled = new long[legs];
        for (int leg = 0; leg < legs; leg++) {
            data.add(new ArrayList<>());
            Prior prior = problem.prior;
            rooms[leg] = prior == null ? new BitSet() : prior.rooms(leg);
            domains[leg] = prior == null ? new BitSet() : prior.domains(leg);
            lastRoom[leg] = prior == null ? Problem.NONE : prior.lastRoom(leg);
            end[leg] = prior == null ? 0 : prior.lastEnd(leg);
            rooms[leg].stream().forEach(room -> users[room]++);
        }
    }

    private record Taken(int room, long offset, long length) {
        long end() {
            return offset + length;
        }
    }

    /** How many extents of data the leg has. */
    long filled(int leg) {
        return filled[leg];
    }

    /** Whether there is something that the leg follows on from: extents of it in this draft, or in what is continued. */
    boolean isBegun(int leg) {
        return problem.prior != null || !data.get(leg).isEmpty();
    }

    /** The room in which the leg ends, or {@link Problem#NONE}. */
    int lastRoom(int leg) {
        return lastRoom[leg];
    }

    /** Where the leg ends in that room. */
    long end(int leg) {
        return end[leg];
    }

    boolean uses(int leg, int room) {
        return rooms[leg].get(room);
    }

    boolean usesDomainOf(int leg, int room) {
        return domains[leg].get(problem.domain(room));
    }

    /** Whether another leg is in the room, at whatever position. */
    boolean isUsedByOthers(int leg, int room) {
        return users[room] > (uses(leg, room) ? 1 : 0);
    }

    /** Takes metadata and the first {@code length} extents of data of a leg from one place. */
    void begin(int leg, int room, long offset, long length) {
        if (problem.metadata > 0) {
            problem.free(room).take(offset, problem.metadata);
            metadata[leg] = new Taken(room, offset, problem.metadata);
        }
        take(leg, room, offset + problem.metadata, length);
    }

    /** Takes the next extents of a leg. */
    void take(int leg, int room, long offset, long length) {
        problem.free(room).take(offset, length);
        List<Taken> taken = data.get(leg);
        if (!taken.isEmpty() && taken.getLast().room() == room && taken.getLast().end() == offset) {
            Taken last = taken.removeLast();
            taken.add(new Taken(room, last.offset(), last.length() + length));
        } else {
            taken.add(new Taken(room, offset, length));
        }
        if (!rooms[leg].get(room)) {
            rooms[leg].set(room);
            users[room]++;
        }
        domains[leg].set(problem.domain(room));
        lastRoom[leg] = room;
        end[leg] = offset + length;
        filled[leg] += length;
    }

    /** Takes the next extents of a leg from a room that has as many free: where the leg ends, if it can, else in as few pieces as the best fit gives. */
    void takeSome(int leg, int room, long length) {
        long left = length;
        FreeRuns.Run run = lastRoom[leg] == room ? problem.free(room).runAt(end[leg]) : null;
        while (left > 0) {
            FreeRuns.Run next = run == null ? problem.free(room).fit(left) : run;
            if (next == null) {
                throw new IllegalStateException(
                        "source " + problem.rooms.get(room).name() + ": full (expected: " + left + " more extents)");
            }
            long part = Math.min(left, next.length());
            take(leg, room, next.offset(), part);
            left -= part;
            run = null;
        }
    }

    /** Gives everything back. The draft is of no use afterwards. */
    void undo() {
        for (int leg = 0; leg < problem.legs; leg++) {
            for (Taken taken : data.get(leg)) {
                problem.free(taken.room()).give(taken.offset(), taken.length());
            }
            Taken first = metadata[leg];
            if (first != null) {
                problem.free(first.room()).give(first.offset(), first.length());
            }
        }
    }

    Layout layout() {
        VolumeRequest request = problem.request;
        List<Leg> legs = new ArrayList<>();
        for (int leg = 0; leg < problem.legs; leg++) {
            List<Piece> pieces = new ArrayList<>();
            long position = 0;
            for (Taken taken : data.get(leg)) {
                pieces.add(piece(taken, position));
                position += taken.length();
            }
            Taken first = metadata[leg];
            legs.add(new Leg(
                    Layout.stripeOf(leg, request.stripes(), request.copies()),
                    Layout.copyOf(leg, request.stripes(), request.copies()),
                    leg >= request.stripes() * request.copies(),
                    first == null ? List.of() : List.of(piece(first, 0)),
                    pieces));
        }
        return new Layout(request.stripes(), request.copies(), request.parity(), legs);
    }

    private Piece piece(Taken taken, long position) {
        return new Piece(problem.rooms.get(taken.room()).name(), taken.offset(), taken.length(), position);
    }
}
