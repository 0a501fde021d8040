package dev.ashlar.space.volume;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A request against the rooms that it may use: all that the ways to place it ask about. Rooms are known by their index here, the preferred first. It does not change
 * while it is solved, but for what is free in the rooms.
 */
final class Problem {
    /** No room: there is none yet, or it may not be used. */
    static final int NONE = -1;

    final VolumeRequest request;
    final List<Room> rooms;
    final int legs;
    final long metadata;

    /** How many legs a domain may have at any position. */
    final int perDomain;

    /** Numbers of domains are below this. */
    final int domains;

    /** What is continued, or null. */
    final @Nullable Prior prior;

    private final int[] ranks;
    private final int[] domainOf;

    /** {@code rooms} by tier, the preferred first; {@code all} are those of the set, which together make the domains; {@code before} is what is continued, or null. */
    Problem(VolumeRequest request, List<Room> rooms, Map<String, Room> all, @Nullable Layout before) {
        this.request = request;
        this.rooms = rooms;
        this.legs = request.legs();
        this.metadata = request.metadataExtents();
        int apart = request.parity() > 0 ? request.parity() : request.stripes();
        this.perDomain = request.isApartByDomain() ? apart : legs;
        Domains partition = new Domains(all.values(), request.domainTags());
        this.domains = partition.count();
        this.ranks = rooms.stream().mapToInt(room -> request.tiers().indexOf(room.source.tier())).toArray();
        this.domainOf = rooms.stream().mapToInt(partition::of).toArray();
        this.prior = before == null ? null : new Prior(before, rooms, all, partition);
    }

    int size() {
        return rooms.size();
    }

    FreeRuns free(int room) {
        return rooms.get(room).free;
    }

    /** The place of the room's tier in the order of preference; lower is better. */
    int rank(int room) {
        return ranks[room];
    }

    int domain(int room) {
        return domainOf[room];
    }

    /** What is free in all rooms. */
    long totalFree() {
        return rooms.stream().mapToLong(room -> room.free.free()).sum();
    }

    /**
     * Whether the leg may have the room at a position at which other legs have those of the column; {@link #NONE} stands for a leg that has none yet. This is the rule that
     * all policies but {@link PlacementPolicy#ANYWHERE} keep.
     */
    boolean mayUse(int leg, int room, int[] column) {
        int inDomain = 0;
        for (int other = 0; other < column.length; other++) {
            if (column[other] == NONE) {
                continue;
            }
            if (column[other] == room) {
                return false;
            }
            if (domainOf[column[other]] == domainOf[room] && isSameData(leg, other)) {
                inDomain++;
            }
        }
        return !request.isApartByDomain() || inDomain < atMostOfSameData();
    }

    /** Whether a domain that has both legs loses more by it: copies of one stripe, or any two legs under parity. */
    boolean isSameData(int leg, int other) {
        return request.parity() > 0 || leg % request.stripes() == other % request.stripes();
    }

    /** How many legs of the same data a domain may have at any position, if they are to be apart. */
    int atMostOfSameData() {
        return Math.max(request.parity(), 1);
    }
}
