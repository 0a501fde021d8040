package dev.ashlar.space.volume;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

import dev.ashlar.space.volume.PlacementRefusedException.Reason;
import dev.ashlar.space.volume.PlacementRefusedException.Shortfall;

/** Says why a request can't be placed. */
final class Refusal {
    private final Problem problem;
    private final VolumeRequest request;
    private final long legNeeds;

    Refusal(Problem problem) {
        this.problem = problem;
        this.request = problem.request;
        this.legNeeds = request.legLength() + request.metadataExtents();
    }

    /** {@code longest} is the leg's length that would fit; {@code rooms} are all of the set. */
    PlacementRefusedException toException(long longest, Collection<Room> rooms) {
        long needed = legNeeds * problem.legs;
        long placed = longest == 0 ? 0 : (longest + request.metadataExtents()) * problem.legs;
        List<Shortfall> shortfalls = new ArrayList<>();
        StringBuilder message = new StringBuilder(describe(needed))
                .append(": ").append(needed - placed).append(" are missing");
        for (Room room : rooms) {
            Shortfall shortfall = shortfall(room);
            shortfalls.add(shortfall);
            message.append("; ").append(shortfall.source()).append(": ").append(describe(shortfall));
        }
        return new PlacementRefusedException(message.toString(), needed, needed - placed, shortfalls);
    }

    private String describe(long needed) {
        StringBuilder text = new StringBuilder()
                .append(request.extents()).append(" extents as ").append(counted(request.stripes(), "stripe"));
        if (request.copies() > 1) {
            text.append(", ").append(counted(request.copies(), "copy").replace("copys", "copies"));
        }
        if (request.parity() > 0) {
            text.append(", ").append(request.parity()).append(" parity");
        }
        return text.append(", ").append(request.policy()).append(", need ").append(needed).append(" on ")
                .append(counted(problem.legs, "leg")).toString();
    }

    private static String counted(int count, String word) {
        return count + " " + word + (count == 1 ? "" : "s");
    }

    private Shortfall shortfall(Room room) {
        int index = problem.rooms.indexOf(room);
        long free = room.free.free();
        long run = longestRun(room, index);
        Reason reason;
        long missing = 0;
        if (!room.isAllocatable) {
            reason = Reason.NOT_ALLOCATABLE;
        } else if (index == Problem.NONE) {
            reason = Reason.OTHER_TIER;
        } else if (!isBeside(index)) {
            reason = Reason.NOT_BESIDE;
        } else if (free == 0) {
            reason = Reason.FULL;
            missing = legNeeds;
        } else if (free < legNeeds) {
            reason = Reason.TOO_SMALL;
            missing = legNeeds - free;
        } else if (run < leastRun()) {
            reason = Reason.FRAGMENTED;
            missing = leastRun() - run;
        } else {
            reason = Reason.TOO_FEW_LIKE_IT;
        }
        return new Shortfall(room.name(), reason, free, room.free.largest(), missing);
    }

    /** The longest run that the policy could use: under CONTIGUOUS that where a leg continues, if one is continued. */
    private long longestRun(Room room, int index) {
        Prior prior = problem.prior;
        if (prior == null || request.policy() != PlacementPolicy.CONTIGUOUS) {
            return room.free.largest();
        }
        long longest = 0;
        for (int leg = 0; leg < problem.legs; leg++) {
            FreeRuns.Run run = prior.lastRoom(leg) == index ? room.free.runAt(prior.lastEnd(leg)) : null;
            longest = Math.max(longest, run == null ? 0 : run.length());
        }
        return longest;
    }

    /** The run without which a source can't carry a leg. */
    private long leastRun() {
        return request.policy() == PlacementPolicy.CONTIGUOUS ? legNeeds : request.metadataExtents() + 1;
    }

    private boolean isBeside(int room) {
        Prior prior = problem.prior;
        if (prior == null) {
            return true;
        }
        boolean isBeside = false;
        for (int leg = 0; leg < problem.legs; leg++) {
            isBeside |= switch (request.policy()) {
                case CONTIGUOUS -> prior.lastRoom(leg) == room && problem.free(room).runAt(prior.lastEnd(leg)) != null;
                case CLING -> prior.rooms(leg).get(room);
                case CLING_BY_TAGS -> prior.domains(leg).get(problem.domain(room));
                case NORMAL, ANYWHERE -> true;
            };
        }
        return isBeside;
    }

    private String describe(Shortfall shortfall) {
        String free = shortfall.free() + " free";
        return switch (shortfall.reason()) {
            case NOT_ALLOCATABLE -> "not allocatable";
            case OTHER_TIER -> "another tier (expected: " + request.tiers() + ")";
            case NOT_BESIDE -> free + ", but not where " + request.policy() + " continues";
            case FULL -> "full";
            case FRAGMENTED -> free + " in runs that are too short, at most " + (leastRun() - shortfall.missing())
                    + " (expected: " + leastRun() + " in one)";
            case TOO_SMALL -> free + " (a leg has " + legNeeds + ")";
            case TOO_FEW_LIKE_IT ->
                String.format(Locale.ROOT, "%s, enough for a leg, but there are too few such sources%s", free,
                        request.isApartByDomain() ? " or domains" : "");
        };
    }
}
