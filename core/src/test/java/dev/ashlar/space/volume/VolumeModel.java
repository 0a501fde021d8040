package dev.ashlar.space.volume;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

import dev.ashlar.space.volume.VolumeSearch.Disk;
import org.jspecify.annotations.Nullable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A set and its naive model, a bit for each extent. Every placement is checked against what the request allows; every refusal against a search of everything. */
final class VolumeModel {
    final VolumeSet<Object> set = new VolumeSet<>();
    final List<Disk> disks = new ArrayList<>();
    final List<Placement> placements = new ArrayList<>();

    /** What a source's handle must be: an object that fails when it is looked into. */
    private static final class Untouchable {
        @Override
        public boolean equals(@Nullable Object other) {
            throw new AssertionError("the handle was compared");
        }

        @Override
        public int hashCode() {
            throw new AssertionError("the handle was hashed");
        }

        @Override
        public String toString() {
            throw new AssertionError("the handle was printed");
        }
    }

    void add(String name, int capacity, Tier tier, Set<String> tags) {
        Object handle = new Untouchable();
        set.addSource(Source.of(name, capacity, handle).tier(tier).tags(tags.toArray(new String[0])));
        disks.add(new Disk(name, capacity, tier, tags));
        assertSame(handle, set.source(name).handle());
    }

    void remove(Disk disk) {
        set.removeSource(disk.name);
        disks.remove(disk);
    }

    void setAllocatable(Disk disk, boolean isAllocatable) {
        set.setAllocatable(disk.name, isAllocatable);
        disk.isAllocatable = isAllocatable;
    }

    /** Whether it was placed. */
    boolean allocate(VolumeRequest request) {
        Placement beside = request.beside();
        Layout before = beside == null ? null : set.remaining(beside);
        VolumeSearch search = new VolumeSearch(disks, request, before);
        int wanted = (int) request.legLength();
        // The one case in which a placement may be missed: see VolumeRequest.Builder.apartByDomain.
        boolean isComplete = before == null || !request.isApartByDomain() || search.isApart(before);
        Placement placement;
        try {
            placement = set.allocate(request);
        } catch (PlacementRefusedException e) {
            assertFalse(isComplete && search.exists(request.isApproximate() ? 1 : wanted),
                    () -> "refused, but there is a placement: " + e.getMessage());
            assertEquals(disks.size(), e.shortfalls().size());
            assertTrue(e.missingExtents() > 0 && e.missingExtents() <= e.neededExtents(), e::getMessage);
            checkMissing(e, search, request, isComplete);
            return false;
        }
        check(request, before, placement.layout(), search);
        int length = (int) placement.layout().legs().getFirst().length();
        assertTrue(length == wanted || (request.isApproximate() && length < wanted));
        if (length < wanted && isComplete) {
            assertFalse(search.exists(length + 1), "less than there is: " + length + " of " + wanted);
        }
        checkTiers(request, before, placement.layout(), wanted, isComplete);
        placement.layout().pieces().forEach(piece -> mark(piece, true));
        placements.add(placement);
        return true;
    }

    void free(Placement placement) {
        set.remaining(placement).pieces().forEach(piece -> mark(piece, false));
        set.free(placement);
        placements.remove(placement);
    }

    void free(Placement placement, Piece piece) {
        boolean isLast = set.remaining(placement).pieces().count() == 1;
        mark(piece, false);
        set.free(placement, piece);
        if (isLast) {
            placements.remove(placement);
        }
    }

    /** Frees a placement and takes the same again. */
    void restore(Placement placement) {
        Layout layout = set.remaining(placement);
        set.free(placement);
        placements.remove(placement);
        Placement restored = set.restore(layout);
        assertEquals(layout, restored.layout());
        placements.add(restored);
    }

    /** The set and the model agree, bit by bit and in sum. */
    void compare() {
        set.validate();
        assertEquals(placements.size(), set.placementCount());
        List<SourceStatus> status = set.status();
        assertEquals(disks.size(), status.size());
        for (int i = 0; i < disks.size(); i++) {
            Disk disk = disks.get(i);
            assertEquals(disk.name, status.get(i).source());
            assertEquals(disk.free(), status.get(i).free());
            assertEquals(disk.longestRun(), status.get(i).largestFree());
            assertEquals(disk.isAllocatable, status.get(i).isAllocatable());
            for (int at = 0; at < disk.capacity; at++) {
                assertEquals(disk.taken.get(at), set.isAllocated(disk.name, at, 1), disk.name + " " + at);
            }
        }
        assertEquals(disks.stream().mapToInt(Disk::free).sum(), set.freeLength());
        assertEquals(disks.stream().mapToInt(disk -> disk.taken.cardinality()).sum(), set.usedLength());
    }

    private static void checkMissing(PlacementRefusedException e, VolumeSearch search, VolumeRequest request,
            boolean isComplete) {
        int legs = request.legs();
        int head = (int) request.metadataExtents();
        long placed = e.neededExtents() - e.missingExtents();
        int longest = placed == 0 ? 0 : (int) (placed / legs) - head;
        assertEquals((request.legLength() + head) * legs, e.neededExtents());
        assertTrue(longest == 0 || search.exists(longest), "said to fit, but does not: " + longest);
        assertFalse(isComplete && search.exists(longest + 1), "said to be missing, but fits: " + (longest + 1));
    }

    private void check(VolumeRequest request, @Nullable Layout before, Layout layout, VolumeSearch search) {
        assertEquals(request.stripes() * request.copies() + request.parity(), layout.legs().size());
        List<BitSet> fresh = new ArrayList<>();
        disks.forEach(disk -> fresh.add((BitSet) disk.taken.clone()));
        layout.pieces().forEach(piece -> {
            Disk disk = disks.get(search.indexOf(piece.source()));
            BitSet bits = fresh.get(search.indexOf(piece.source()));
            assertTrue(search.isUsable(disk), () -> piece + " on what may not be used");
            assertTrue(piece.end() <= disk.capacity, () -> piece + " beyond " + disk.capacity);
            assertTrue(bits.get((int) piece.offset(), (int) piece.end()).isEmpty(), () -> piece + " was not free");
            bits.set((int) piece.offset(), (int) piece.end());
        });
        long length = layout.legs().getFirst().length();
        for (int leg = 0; leg < layout.legs().size(); leg++) {
            checkLeg(request, before == null ? null : before.legs().get(leg), layout.legs().get(leg), length, search);
        }
        for (int at = 0; at < length && request.policy() != PlacementPolicy.ANYWHERE; at++) {
            int[] column = new int[layout.legs().size()];
            for (int leg = 0; leg < column.length; leg++) {
                int disk = diskAt(layout.legs().get(leg), at, search);
                assertTrue(search.mayJoin(column, leg, disk), "two legs that must be apart at " + at + ": " + layout);
                column[leg] = disk;
            }
        }
    }

    private static int diskAt(Leg leg, int at, VolumeSearch search) {
        Piece piece = leg.pieces().stream()
                .filter(each -> each.position() <= at && at < each.position() + each.length())
                .findFirst()
                .orElseThrow();
        return search.indexOf(piece.source());
    }

    private static void checkLeg(VolumeRequest request, @Nullable Leg before, Leg leg, long length,
            VolumeSearch search) {
        long position = 0;
        for (Piece piece : leg.pieces()) {
            assertEquals(position, piece.position());
            position += piece.length();
        }
        assertEquals(length, position);
        assertEquals(request.metadataExtents() > 0 ? 1 : 0, leg.metadata().size());
        Piece first = leg.pieces().getFirst();
        for (Piece metadata : leg.metadata()) {
            assertEquals(request.metadataExtents(), metadata.length());
            assertEquals(first.source(), metadata.source());
            assertEquals(first.offset(), metadata.end());
        }
        BitSet allowed = new BitSet();
        List<Piece> earlier = before == null ? List.of(first) : before.pieces();
        for (Piece piece : earlier) {
            int disk = search.indexOf(piece.source());
            allowed.set(disk);
            if (request.policy() == PlacementPolicy.CLING_BY_TAGS) {
                allowed.or(search.domainOf(disk));
            }
        }
        switch (request.policy()) {
            case CONTIGUOUS -> {
                assertEquals(1, leg.pieces().size());
                assertTrue(before == null || (before.pieces().getLast().source().equals(first.source())
                        && before.pieces().getLast().end() == first.offset()));
            }
            case CLING, CLING_BY_TAGS -> leg.pieces().forEach(
                    piece -> assertTrue(allowed.get(search.indexOf(piece.source())), () -> piece + " does not cling"));
            case NORMAL, ANYWHERE -> {
                // Any source will do.
            }
        }
    }

    /** A tier is used only if those before it would not have done. */
    private void checkTiers(VolumeRequest request, @Nullable Layout before, Layout layout, int wanted,
            boolean isComplete) {
        int last = layout.pieces()
                .mapToInt(piece -> request.tiers().indexOf(set.source(piece.source()).tier()))
                .max()
                .orElseThrow();
        if (last > 0 && isComplete) {
            VolumeRequest stricter = new VolumeRequest(request.extents(), request.stripes(), request.copies(),
                    request.parity(), request.metadataExtents(), request.policy(),
                    request.tiers().subList(0, last), request.domainTags(), request.isApartByDomain(),
                    request.isApproximate(), request.beside());
            assertFalse(new VolumeSearch(disks, stricter, before).exists(wanted),
                    "a tier before would have done: " + layout);
        }
    }

    private void mark(Piece piece, boolean isTaken) {
        Disk disk = disks.stream().filter(each -> each.name.equals(piece.source())).findFirst().orElseThrow();
        disk.taken.set((int) piece.offset(), (int) piece.end(), isTaken);
    }
}
