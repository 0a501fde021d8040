package dev.ashlar.space.volume;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Places extents on a set of sources, as a volume manager does: striped, mirrored, with parity, on preferred tiers, beside what is there, as strictly as the sources allow.
 *
 * <p>A request is placed wholly or, if it accepts that, in part; one that is refused has changed nothing. Under every policy it is refused only if no placement exists (the one exception is
 * named in {@link VolumeRequest.Builder#apartByDomain}). The same history of calls gives the same placements.
 *
 * <p>Sources are added, removed and taken out of use while the set is live. The set is not persistent: keep the {@linkplain Placement#layout layouts}, and {@link #restore} them into
 * a set with the same sources.
 *
 * <p>Thread-safe: one lock guards everything, and every method but {@code toString} of values takes it. With <i>S</i> sources, <i>L</i> legs and <i>R</i> free runs a request costs
 * O(L S + L log R) where whole legs fit, and that much for each run that it must be pieced together from. A refusal tries shorter lengths to find out what is missing.
 *
 * <p>Source: the allocator of LVM2, lvm(8), section ALLOCATION.
 *
 * @param <H> what callers reach sources by
 */
public final class VolumeSet<H> {
    private static final int MAX_SOURCES = 1 << 14;
    private static final int SHOWN_PIECES = 4;

    private final Object lock = new Object();
    private final Map<String, Room> rooms = new LinkedHashMap<>();
    private final Map<String, Source<H>> sources = new LinkedHashMap<>();
    private final Set<Placement> placements = Collections.newSetFromMap(new IdentityHashMap<>());

    /** A set without sources. */
    public VolumeSet() {}

    /**
     * Adds a source, allocatable and wholly free. Sources are considered in the order in which they were added.
     *
     * @throws IllegalArgumentException if the set has one of that name, or 16,384 in all
     */
    public void addSource(Source<H> source) {
        synchronized (lock) {
            if (rooms.containsKey(source.name())) {
                throw new IllegalArgumentException(
                        "source " + source.name() + ": in the set already (expected: another name)");
            }
            if (rooms.size() == MAX_SOURCES) {
                throw new IllegalArgumentException("sources: " + MAX_SOURCES + " (expected: fewer)");
            }
            rooms.put(source.name(), new Room(source));
            sources.put(source.name(), source);
        }
    }

    /**
     * Removes a source that nothing is on.
     *
     * @return the source
     * @throws IllegalArgumentException if there is none of that name
     * @throws IllegalStateException if pieces are on it; the message names the first ones
     */
    public Source<H> removeSource(String name) {
        synchronized (lock) {
            Room room = room(name);
            if (!room.pieces.isEmpty()) {
                long placementCount = room.pieces.values().stream().map(Room.Owned::placement).distinct().count();
                List<Piece> first = room.pieces.values().stream().map(Room.Owned::piece).limit(SHOWN_PIECES).toList();
                throw new IllegalStateException("source " + name + ": " + room.pieces.size() + " pieces of "
                        + placementCount + " placements are on it, "
                        + (room.source.capacity() - room.free.free()) + " extents, the first " + first
                        + " (expected: none)");
            }
            rooms.remove(name);
            return Objects.requireNonNull(sources.remove(name));
        }
    }

    /**
     * Says whether new pieces may be placed on a source. What is on it stays, and can be freed and continued elsewhere.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public void setAllocatable(String name, boolean isAllocatable) {
        synchronized (lock) {
            room(name).isAllocatable = isAllocatable;
        }
    }

    /**
     * Places a request.
     *
     * @throws PlacementRefusedException if the policy permits no placement; nothing was changed
     * @throws IllegalArgumentException if it is to be beside something that is not live in this set, or of which a leg was freed wholly
     */
    public Placement allocate(VolumeRequest request) {
        synchronized (lock) {
            Placement beside = request.beside();
            Layout before = beside == null ? null : remainingOf(live(beside));
            for (int leg = 0; before != null && leg < before.legs().size(); leg++) {
                if (before.legs().get(leg).pieces().isEmpty()) {
                    throw new IllegalArgumentException(
                            "beside: nothing left of leg " + leg + " (expected: a piece of each leg)");
                }
            }
            return register(new Placement(new Placer(request, rooms, before).place()));
        }
    }

    /**
     * Takes exactly the pieces of a layout, whatever its policy was and wherever new pieces may be placed: to rebuild a set from the layouts that were kept.
     *
     * @throws IllegalArgumentException if a source is unknown or too short, or an extent is not free, or twice in the layout; nothing was changed
     */
    public Placement restore(Layout layout) {
        synchronized (lock) {
            List<Piece> taken = new ArrayList<>();
            try {
                layout.pieces().forEach(piece -> {
                    Room room = room(piece.source());
                    if (!room.free.isFree(piece.offset(), piece.length())) {
                        throw new IllegalArgumentException(
                                "piece " + piece + ": not free, or beyond the capacity of " + room.source.capacity()
                                        + " (expected: free extents)");
                    }
                    room.free.take(piece.offset(), piece.length());
                    taken.add(piece);
                });
                if (taken.isEmpty()) {
                    throw new IllegalArgumentException("layout: no pieces (expected: one at least)");
                }
            } catch (IllegalArgumentException e) {
                taken.forEach(piece -> room(piece.source()).free.give(piece.offset(), piece.length()));
                throw e;
            }
            return register(new Placement(layout));
        }
    }

    /**
     * Frees what is left of a placement.
     *
     * @throws IllegalArgumentException if it is not live in this set
     */
    public void free(Placement placement) {
        synchronized (lock) {
            live(placement).live.forEach(this::give);
            placement.live.clear();
            placements.remove(placement);
        }
    }

    /**
     * Frees one piece of a placement. With the last one the placement ends.
     *
     * @throws IllegalArgumentException if the placement is not live in this set, or the piece is not one of it that is left
     */
    public void free(Placement placement, Piece piece) {
        synchronized (lock) {
            if (!live(placement).live.remove(piece)) {
                throw new IllegalArgumentException("piece " + piece + " at position " + piece.position()
                        + ": not of this placement, or freed already (expected: one of " + placement.live
                        + ")");
            }
            give(piece);
            if (placement.live.isEmpty()) {
                placements.remove(placement);
            }
        }
    }

    /**
     * What is left of a placement.
     *
     * @throws IllegalArgumentException if it is not live in this set
     */
    public Layout remaining(Placement placement) {
        synchronized (lock) {
            return remainingOf(live(placement));
        }
    }

    /** Whether any extent of the range belongs to a piece. An empty range never does. */
    public boolean isAllocated(String source, long offset, long length) {
        Checks.atLeast("offset", offset, 0);
        Checks.atLeast("length", length, 0);
        synchronized (lock) {
            Room room = room(source);
            if (length > room.source.capacity() - offset) {
                throw new IllegalArgumentException("range: " + length + " extents at " + offset
                        + " (expected: within the capacity of " + room.source.capacity() + ")");
            }
            return length > 0 && !room.free.isFree(offset, length);
        }
    }

    /**
     * A source, with its handle.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public Source<H> source(String name) {
        synchronized (lock) {
            room(name);
            return Objects.requireNonNull(sources.get(name));
        }
    }

    /** The sources, in the order in which they were added: a copy. */
    public List<Source<H>> sources() {
        synchronized (lock) {
            return List.copyOf(sources.values());
        }
    }

    /** The figures of all sources, of one moment, in the order in which they were added. */
    public List<SourceStatus> status() {
        synchronized (lock) {
            return rooms.values().stream().map(Room::status).toList();
        }
    }

    /**
     * The pieces on a source by offset: a copy.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public List<Piece> pieces(String source) {
        synchronized (lock) {
            return room(source).pieces.values().stream().map(Room.Owned::piece).toList();
        }
    }

    /** How many placements are live. */
    public int placementCount() {
        synchronized (lock) {
            return placements.size();
        }
    }

    /** The free extents of all sources. */
    public long freeLength() {
        synchronized (lock) {
            return rooms.values().stream().mapToLong(room -> room.free.free()).sum();
        }
    }

    /** The extents of all sources that pieces are on. */
    public long usedLength() {
        synchronized (lock) {
            return rooms.values().stream().mapToLong(room -> room.source.capacity() - room.free.free()).sum();
        }
    }

    /** External fragmentation of the sources, weighted by what is free: {@code 1 - sum of the largest free runs / total free}; 0 if nothing is free. */
    public double fragmentation() {
        synchronized (lock) {
            long free = freeLength();
            long largest = rooms.values().stream().mapToLong(room -> room.free.largest()).sum();
            return free == 0 ? 0 : 1 - (double) largest / free;
        }
    }

    /**
     * Recomputes everything: on each source {@code free + pieces == capacity} without overlap, both indexes of the free runs agree, and each piece is that of one live placement.
     * O(n log n) in runs and pieces.
     *
     * @throws IllegalStateException at the first thing that does not hold
     */
    public void validate() {
        synchronized (lock) {
            rooms.values().forEach(Room::validate);
            long onSources = rooms.values().stream().mapToLong(room -> room.pieces.size()).sum();
            long inPlacements = placements.stream().mapToLong(placement -> placement.live.size()).sum();
            if (onSources != inPlacements) {
                throw new IllegalStateException(
                        "pieces: " + onSources + " on sources (expected: " + inPlacements + ", as in placements)");
            }
        }
    }

    private Room room(String name) {
        Room room = rooms.get(Objects.requireNonNull(name, "name"));
        if (room == null) {
            throw new IllegalArgumentException(
                    "source " + name + ": not in the set (expected: one of " + rooms.keySet() + ")");
        }
        return room;
    }

    private Placement live(Placement placement) {
        if (!placements.contains(Objects.requireNonNull(placement, "placement"))) {
            throw new IllegalArgumentException(
                    placement + ": freed already, or of another set (expected: a live placement)");
        }
        return placement;
    }

    /** Its extents are taken already. */
    private Placement register(Placement placement) {
        for (Piece piece : placement.live) {
            room(piece.source()).pieces.put(piece.offset(), new Room.Owned(piece, placement));
        }
        placements.add(placement);
        return placement;
    }

    private void give(Piece piece) {
        Room room = room(piece.source());
        room.pieces.remove(piece.offset());
        room.free.give(piece.offset(), piece.length());
    }

    private static Layout remainingOf(Placement placement) {
        Layout whole = placement.layout();
        List<Leg> legs = whole.legs().stream()
                .map(leg -> new Leg(
                        leg.stripe(),
                        leg.copy(),
                        leg.isParity(),
                        leg.metadata().stream().filter(placement.live::contains).toList(),
                        leg.pieces().stream().filter(placement.live::contains).toList()))
                .toList();
        return new Layout(whole.stripes(), whole.copies(), whole.parity(), legs);
    }
}
