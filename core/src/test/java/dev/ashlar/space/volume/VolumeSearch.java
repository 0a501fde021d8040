package dev.ashlar.space.volume;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Whether a request can be placed at all, by trying everything: position by position, every choice of sources for the legs. For small sets only. It shares nothing with what it is
 * the oracle of, but the request.
 */
final class VolumeSearch {
    private final List<Disk> disks;
    private final VolumeRequest request;
    private final @Nullable Layout before;
    private final int legs;
    private final int head;
    private final Set<List<Integer>> dead = new HashSet<>();

    /** {@code usable} says which disks the request may use; the others still make domains. */
    VolumeSearch(List<Disk> disks, VolumeRequest request, @Nullable Layout before) {
        this.disks = disks;
        this.request = request;
        this.before = before;
        this.legs = request.stripes() * request.copies() + request.parity();
        this.head = (int) request.metadataExtents();
    }

    /** A source of the model: what is taken, bit by bit. */
    static final class Disk {
        final String name;
        final int capacity;
        final Tier tier;
        final Set<String> tags;
        final BitSet taken = new BitSet();
        boolean isAllocatable = true;

        Disk(String name, int capacity, Tier tier, Set<String> tags) {
            this.name = name;
            this.capacity = capacity;
            this.tier = tier;
            this.tags = tags;
        }

        int free() {
            return capacity - taken.cardinality();
        }

        int longestRun() {
            int longest = 0;
            for (int at = taken.nextClearBit(0); at < capacity; at = taken.nextClearBit(at + 1)) {
                int end = end(at);
                longest = Math.max(longest, end - at);
                at = end - 1;
            }
            return longest;
        }

        int slots(int length) {
            int slots = 0;
            for (int at = taken.nextClearBit(0); at < capacity; at = taken.nextClearBit(at + 1)) {
                int end = end(at);
                slots += (end - at) / length;
                at = end - 1;
            }
            return slots;
        }

        private int end(int at) {
            int next = taken.nextSetBit(at);
            return next < 0 ? capacity : Math.min(next, capacity);
        }
    }

    boolean isUsable(Disk disk) {
        return disk.isAllocatable && (request.tiers().isEmpty() || request.tiers().contains(disk.tier));
    }

    /** Whether legs of this length can be placed under the request's policy, or a stricter one. */
    boolean exists(int length) {
        for (PlacementPolicy policy : PlacementPolicy.values()) {
            if (policy.compareTo(request.policy()) <= 0 && exists(policy, length)) {
                return true;
            }
        }
        return false;
    }

    private boolean exists(PlacementPolicy policy, int length) {
        return switch (policy) {
            case CONTIGUOUS -> before == null ? whole(new int[legs], 0, length, true) : adjacent(before, length);
            case CLING ->
                before == null ? whole(new int[legs], 0, length, false) : columns(beside(before, false), length);
            case CLING_BY_TAGS ->
                before == null ? domains(new ArrayList<>(), length) : columns(beside(before, true), length);
            case NORMAL -> columns(all(), length);
            case ANYWHERE -> disks.stream().filter(this::isUsable).mapToInt(Disk::free).sum() >= legs * (length + head)
                    && disks.stream().filter(this::isUsable).mapToInt(disk -> disk.slots(head + 1)).sum() >= legs;
        };
    }

    private boolean whole(int[] column, int leg, int length, boolean isOneRun) {
        if (leg == legs) {
            return true;
        }
        for (int disk = 0; disk < disks.size(); disk++) {
            Disk candidate = disks.get(disk);
            boolean isEnough = isOneRun ? candidate.longestRun() >= head + length
                    : candidate.free() >= head + length && candidate.longestRun() > head;
            if (isUsable(candidate) && isEnough && mayJoin(column, leg, disk)) {
                column[leg] = disk;
                if (whole(column, leg + 1, length, isOneRun)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean adjacent(Layout layout, int length) {
        int[] column = new int[legs];
        for (int leg = 0; leg < legs; leg++) {
            Piece last = layout.legs().get(leg).pieces().getLast();
            int disk = indexOf(last.source());
            Disk candidate = disks.get(disk);
            int end = (int) last.end();
            boolean isFree = end + length <= candidate.capacity && candidate.taken.get(end, end + length).isEmpty();
            if (!isUsable(candidate) || !isFree || !mayJoin(column, leg, disk)) {
                return false;
            }
            column[leg] = disk;
        }
        return true;
    }

    private boolean domains(List<BitSet> allowed, int length) {
        if (allowed.size() == legs) {
            dead.clear();
            return columns(allowed, length);
        }
        Set<BitSet> tried = new HashSet<>();
        for (int disk = 0; disk < disks.size(); disk++) {
            BitSet domain = domainOf(disk);
            if (tried.add(domain)) {
                allowed.add(domain);
                if (domains(allowed, length)) {
                    return true;
                }
                allowed.removeLast();
            }
        }
        return false;
    }

    private List<BitSet> all() {
        BitSet every = new BitSet();
        every.set(0, disks.size());
        List<BitSet> allowed = new ArrayList<>();
        for (int leg = 0; leg < legs; leg++) {
            allowed.add(every);
        }
        return allowed;
    }

    private List<BitSet> beside(Layout layout, boolean isByDomain) {
        List<BitSet> allowed = new ArrayList<>();
        for (Leg leg : layout.legs()) {
            BitSet rooms = new BitSet();
            for (Piece piece : leg.pieces()) {
                int disk = indexOf(piece.source());
                rooms.set(disk);
                if (isByDomain) {
                    rooms.or(domainOf(disk));
                }
            }
            allowed.add(rooms);
        }
        return allowed;
    }

    private boolean columns(List<BitSet> allowed, int length) {
        dead.clear();
        int[] free = disks.stream().mapToInt(disk -> isUsable(disk) ? disk.free() : 0).toArray();
        return columns(allowed, free, length, true);
    }

    private boolean columns(List<BitSet> allowed, int[] free, int left, boolean isFirst) {
        if (left == 0) {
            return true;
        }
        List<Integer> state = new ArrayList<>();
        Arrays.stream(free).forEach(state::add);
        state.add(left);
        if (dead.contains(state)) {
            return false;
        }
        boolean found = column(allowed, free, left, isFirst, new int[legs], 0);
        if (!found) {
            dead.add(state);
        }
        return found;
    }

    private boolean column(List<BitSet> allowed, int[] free, int left, boolean isFirst, int[] column, int leg) {
        if (leg == legs) {
            return columns(allowed, free, left - 1, false);
        }
        int taken = isFirst ? head + 1 : 1;
        for (int disk = allowed.get(leg).nextSetBit(0); disk >= 0; disk = allowed.get(leg).nextSetBit(disk + 1)) {
            boolean isEnough = free[disk] >= taken && (!isFirst || disks.get(disk).longestRun() >= taken);
            if (isEnough && mayJoin(column, leg, disk)) {
                free[disk] -= taken;
                column[leg] = disk;
                boolean found = column(allowed, free, left, isFirst, column, leg + 1);
                free[disk] += taken;
                if (found) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether a leg may have the disk at a position at which the legs before it have those of the column. */
    boolean mayJoin(int[] column, int leg, int disk) {
        int together = 0;
        for (int other = 0; other < leg; other++) {
            if (column[other] == disk) {
                return false;
            }
            boolean isSameData = request.parity() > 0 || other % request.stripes() == leg % request.stripes();
            if (isSameData && domainOf(disk).get(column[other])) {
                together++;
            }
        }
        return !request.isApartByDomain() || together < Math.max(request.parity(), 1);
    }

    /** Whether what is continued keeps legs with the same data in domains apart, all of each leg together. */
    boolean isApart(Layout layout) {
        for (int leg = 0; leg < legs; leg++) {
            for (int disk = 0; disk < disks.size(); disk++) {
                int legsIn = 0;
                for (int other = 0; other < legs; other++) {
                    boolean isSameData = request.parity() > 0 || other % request.stripes() == leg % request.stripes();
                    BitSet domain = domainOf(disk);
                    if (isSameData && layout.legs().get(other).pieces().stream()
                            .anyMatch(piece -> domain.get(indexOf(piece.source())))) {
                        legsIn++;
                    }
                }
                if (legsIn > Math.max(request.parity(), 1)) {
                    return false;
                }
            }
        }
        return true;
    }

    int indexOf(String name) {
        for (int disk = 0; disk < disks.size(); disk++) {
            if (disks.get(disk).name.equals(name)) {
                return disk;
            }
        }
        throw new AssertionError("no disk " + name);
    }

    /** The disks that a chain of shared tags leads to. */
    BitSet domainOf(int disk) {
        BitSet reached = new BitSet();
        reached.set(disk);
        Deque<Integer> open = new ArrayDeque<>(List.of(disk));
        while (!open.isEmpty()) {
            Disk from = disks.get(open.remove());
            for (int to = 0; to < disks.size(); to++) {
                if (!reached.get(to)
                        && disks.get(to).tags.stream().anyMatch(tag -> from.tags.contains(tag) && isDomainTag(tag))) {
                    reached.set(to);
                    open.add(to);
                }
            }
        }
        return reached;
    }

    private boolean isDomainTag(String tag) {
        return request.domainTags().isEmpty() || request.domainTags().contains(tag);
    }
}
