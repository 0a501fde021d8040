package dev.ashlar.space.volume;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Sources, freeing, restoring, figures; and each misuse, which must change nothing. */
class VolumeSetTest {
    private static final VolumeRequest FOUR = VolumeRequest.ofExtents(4).build();

    private static void expect(String message, Runnable misuse) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, misuse::run);
        assertEquals(message, e.getMessage());
    }

    @Test
    void free_wholePlacement_givesEverythingBack() {
        VolumeSet<String> set = Volumes.set("a:10 b:10");
        Placement placement = set.allocate(VolumeRequest.ofExtents(4).copies(2).metadataExtents(1).build());
        assertEquals(10, set.usedLength());
        set.free(placement);
        assertEquals(20, set.freeLength());
        assertEquals(0, set.placementCount());
        assertEquals(1, set.status().getFirst().freeRuns());
        set.validate();
    }

    @Test
    void free_byPiece_endsThePlacementWithTheLast() {
        VolumeSet<String> set = Volumes.set("a:4 b:4");
        Placement placement = set.allocate(VolumeRequest.ofExtents(6).build());
        List<Piece> pieces = placement.layout().pieces().toList();
        assertEquals(2, pieces.size());
        set.free(placement, pieces.get(0));
        assertEquals("b[0,2)", Volumes.text(set.remaining(placement)));
        assertEquals(2, set.remaining(placement).extents());
        set.validate();
        set.free(placement, pieces.get(1));
        assertEquals(0, set.placementCount());
        expect("placement [a[0, 4), b[0, 2)]: freed already, or of another set (expected: a live placement)",
                () -> set.free(placement));
    }

    @Test
    void free_twice_isRefused() {
        VolumeSet<String> set = Volumes.set("a:10");
        Placement placement = set.allocate(FOUR);
        set.free(placement);
        Placement same = set.allocate(FOUR);
        expect("placement [a[0, 4)]: freed already, or of another set (expected: a live placement)",
                () -> set.free(placement));
        assertEquals(4, set.usedLength());
        set.free(same);
    }

    @Test
    void free_pieceTwice_isRefused() {
        VolumeSet<String> set = Volumes.set("a:4 b:4");
        Placement placement = set.allocate(VolumeRequest.ofExtents(6).build());
        Piece first = placement.layout().pieces().toList().getFirst();
        set.free(placement, first);
        expect("piece a[0, 4) at position 0: not of this placement, or freed already (expected: one of [b[0, 2)])",
                () -> set.free(placement, first));
        assertEquals(2, set.usedLength());
    }

    @Test
    void free_pieceOfAnother_isRefused() {
        VolumeSet<String> set = Volumes.set("a:10");
        Placement placement = set.allocate(FOUR);
        Placement other = set.allocate(FOUR);
        expect("piece a[4, 8) at position 0: not of this placement, or freed already (expected: one of [a[0, 4)])",
                () -> set.free(placement, other.layout().legs().getFirst().pieces().getFirst()));
        assertEquals(8, set.usedLength());
    }

    @Test
    void free_placementOfAnotherSet_isRefused() {
        VolumeSet<String> set = Volumes.set("a:10");
        Placement placement = set.allocate(FOUR);
        VolumeSet<String> other = Volumes.set("a:10");
        other.allocate(FOUR);
        expect("placement [a[0, 4)]: freed already, or of another set (expected: a live placement)",
                () -> other.free(placement));
        assertEquals(4, other.usedLength());
    }

    @Test
    void allocate_besideFreed_isRefused() {
        VolumeSet<String> set = Volumes.set("a:10");
        Placement placement = set.allocate(FOUR);
        VolumeRequest request = VolumeRequest.ofExtents(1).beside(placement).build();
        set.free(placement);
        expect("placement [a[0, 4)]: freed already, or of another set (expected: a live placement)",
                () -> set.allocate(request));
        assertEquals(10, set.freeLength());
    }

    @Test
    void allocate_besideWithoutALeg_isRefused() {
        VolumeSet<String> set = Volumes.set("a:10 b:10");
        Placement placement = set.allocate(VolumeRequest.ofExtents(4).stripes(2).build());
        set.free(placement, placement.layout().leg(1, 0).pieces().getFirst());
        expect("beside: nothing left of leg 1 (expected: a piece of each leg)",
                () -> set.allocate(VolumeRequest.ofExtents(4).stripes(2).beside(placement).build()));
    }

    @Test
    void allocate_besidePartlyFreed_continuesWhatIsLeft() {
        VolumeSet<String> set = Volumes.set("a:4 b:4");
        Placement placement = set.allocate(VolumeRequest.ofExtents(6).build());
        set.free(placement, placement.layout().legs().getFirst().pieces().getLast());
        Placement more = set.allocate(VolumeRequest.ofExtents(3).beside(placement).build());
        assertEquals("b[0,3)", Volumes.text(more.layout()));
    }

    @Test
    void removeSource_withPieces_namesThem() {
        VolumeSet<String> set = Volumes.set("a:10 b:10");
        Placement placement = set.allocate(VolumeRequest.ofExtents(12).build());
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> set.removeSource("b"));
        assertEquals("source b: 1 pieces of 1 placements are on it, 2 extents, the first [b[0, 2)] (expected: none)",
                e.getMessage());
        set.free(placement);
        assertEquals("/dev/b", set.removeSource("b").handle());
        assertEquals(List.of("a"), set.status().stream().map(SourceStatus::source).toList());
        expect("source b: not in the set (expected: one of [a])", () -> set.pieces("b"));
    }

    @Test
    void addSource_nameTwice_isRefused() {
        VolumeSet<String> set = Volumes.set("a:10");
        expect("source a: in the set already (expected: another name)", () -> set.addSource(Source.of("a", 5, "x")));
        assertEquals(10, set.freeLength());
    }

    @Test
    void setAllocatable_false_placesNothingMoreThere() {
        VolumeSet<String> set = Volumes.set("a:10 b:10");
        Placement placement = set.allocate(FOUR);
        set.setAllocatable("a", false);
        assertEquals("b[0,4)", Volumes.text(set.allocate(FOUR).layout()));
        PlacementRefusedException e = assertThrows(PlacementRefusedException.class,
                () -> set.allocate(VolumeRequest.ofExtents(2).policy(PlacementPolicy.CLING).beside(placement).build()));
        assertEquals(
                "2 extents as 1 stripe, CLING, need 2 on 1 leg: 2 are missing; a: not allocatable; b: 6 free, but not where CLING continues",
                e.getMessage());
        set.free(placement);
        set.setAllocatable("a", true);
        assertEquals("a[0,4)", Volumes.text(set.allocate(FOUR).layout()));
    }

    @Test
    void restore_layoutsOfASet_rebuildsIt() {
        VolumeSet<String> set = Volumes.set("a:10 b:10 c:10");
        List<Layout> layouts = List.of(
                set.allocate(VolumeRequest.ofExtents(4).stripes(2).parity(1).metadataExtents(1).build()).layout(),
                set.allocate(VolumeRequest.ofExtents(9).build()).layout());
        VolumeSet<String> rebuilt = Volumes.set("a:10 b:10 c:10");
        List<Placement> placements = layouts.stream().map(rebuilt::restore).toList();
        rebuilt.validate();
        assertEquals(set.status(), rebuilt.status());
        assertEquals(layouts, placements.stream().map(Placement::layout).toList());
        placements.forEach(rebuilt::free);
        assertEquals(30, rebuilt.freeLength());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {
        "b[0,4) c[0,1)      ~ source c: not in the set (expected: one of [a, b])",
        "b[0,4) a[2,4)      ~ piece a[2, 4): not free, or beyond the capacity of 10 (expected: free extents)",
        "b[0,4) b[3,5)      ~ piece b[3, 5): not free, or beyond the capacity of 10 (expected: free extents)",
        "b[0,4) b[8,11)     ~ piece b[8, 11): not free, or beyond the capacity of 10 (expected: free extents)",
    })
    void restore_whatIsNotFree_changesNothing(String layout, String message) {
        VolumeSet<String> set = Volumes.set("a:10-0,3 b:10");
        List<SourceStatus> before = set.status();
        expect(message, () -> set.restore(Volumes.layout(layout, 1, 1, 0)));
        assertEquals(before, set.status());
        set.validate();
    }

    @Test
    void restore_nothing_isRefused() {
        VolumeSet<String> set = Volumes.set("a:10");
        Layout empty = new Layout(1, 1, 0, List.of(new Leg(0, 0, false, List.of(), List.of())));
        expect("layout: no pieces (expected: one at least)", () -> set.restore(empty));
    }

    @Test
    void isAllocated_anyOverlap_isTrue() {
        VolumeSet<String> set = Volumes.set("a:10-2,4");
        assertTrue(set.isAllocated("a", 0, 3));
        assertTrue(set.isAllocated("a", 3, 7));
        assertFalse(set.isAllocated("a", 0, 2));
        assertFalse(set.isAllocated("a", 4, 6));
        assertFalse(set.isAllocated("a", 3, 0));
        expect("range: 7 extents at 4 (expected: within the capacity of 10)", () -> set.isAllocated("a", 4, 7));
        expect("offset: -1 (expected: at least 0)", () -> set.isAllocated("a", -1, 1));
        expect("length: -1 (expected: at least 0)", () -> set.isAllocated("a", 0, -1));
        expect("source x: not in the set (expected: one of [a])", () -> set.isAllocated("x", 0, 1));
    }

    @Test
    void fragmentation_isThatOfAllSources() {
        assertEquals(0.25, Volumes.set("a:9-4,5 b:8").fragmentation(), 1e-9);
        assertEquals(0, Volumes.set("a:1-0,1").fragmentation());
        assertEquals(0.5, Volumes.set("a:9-4,5 b:8").status().getFirst().fragmentation());
        assertEquals(0, new VolumeSet<String>().fragmentation());
    }

    @Test
    void allocate_emptySet_isRefused() {
        PlacementRefusedException e =
                assertThrows(PlacementRefusedException.class, () -> new VolumeSet<String>().allocate(FOUR));
        assertEquals("4 extents as 1 stripe, NORMAL, need 4 on 1 leg: 4 are missing", e.getMessage());
        assertEquals(4, e.neededExtents());
        assertEquals(4, e.missingExtents());
    }

    @Test
    void allocate_hugeRequest_isRefusedWithoutOverflow() {
        VolumeSet<String> set = Volumes.set("a:281474976710656 b:281474976710656");
        for (PlacementPolicy policy : PlacementPolicy.values()) {
            VolumeRequest request = VolumeRequest.ofExtents(Long.MAX_VALUE / 4).copies(2).policy(policy)
                    .metadataExtents(1L << 61).build();
            assertThrows(PlacementRefusedException.class, () -> set.allocate(request), policy::toString);
        }
        assertEquals("a[0,281474976710656) b[0,1)",
                Volumes.text(set.allocate(VolumeRequest.ofExtents((1L << 48) + 1).build()).layout()));
        set.validate();
    }

    @Test
    void allocate_fragmentedSpace_takesManyPieces() {
        VolumeSet<String> set = new VolumeSet<>();
        set.addSource(Source.of("a", 20_000, "a"));
        set.addSource(Source.of("b", 20_000, "b"));
        for (int i = 0; i < 10_000; i++) {
            set.restore(Volumes.layout(
                    "a[" + 2 * i + "," + (2 * i + 1) + ") b[" + (2 * i + 1) + "," + (2 * i + 2) + ")", 1, 1, 0));
        }
        for (PlacementPolicy policy : List.of(PlacementPolicy.CLING, PlacementPolicy.NORMAL,
                PlacementPolicy.ANYWHERE)) {
            Placement placement = set.allocate(VolumeRequest.ofExtents(20_000).stripes(2).policy(policy).build());
            assertEquals(20_000, placement.layout().pieces().count());
            assertEquals(0, set.freeLength());
            set.free(placement);
        }
        assertThrows(PlacementRefusedException.class, () -> set
                .allocate(VolumeRequest.ofExtents(20_002).stripes(2).policy(PlacementPolicy.ANYWHERE).build()));
        assertEquals(0.9999, set.fragmentation(), 1e-9);
        set.validate();
    }

    @Test
    void source_isKnownByNameAlone() {
        Object handle = new Object();
        Source<Object> source = Source.of("a", 5, handle).tier(Tier.ARCHIVE).tags("y", "x");
        assertSame(handle, source.handle());
        assertEquals("a (5 extents, ARCHIVE, tags [x, y])", source.toString());
        assertEquals(List.of("x", "y"), List.copyOf(source.tags()));
        assertNotSame(source, source.tier(Tier.FAST));
        expect("name: empty (expected: a name)", () -> Source.of("", 1, "x"));
        expect("capacity: 0 (expected: at least 1)", () -> Source.of("a", 0, "x"));
        expect("capacity: 281474976710657 (expected: at most 2^48 extents)", () -> Source.of("a", (1L << 48) + 1, "x"));
        expect("tag: empty (expected: a word)", () -> source.tags(""));
    }

    @Test
    void allocateAndFree_byManyThreads_losesNothing() throws Exception {
        VolumeSet<String> set = Volumes.set("a:40 b:40 c:40");
        Callable<Integer> work = () -> {
            int refused = 0;
            for (int i = 0; i < 2_000; i++) {
                try {
                    Placement placement = set.allocate(VolumeRequest.ofExtents(2 + 2 * (i % 9)).stripes(2).build());
                    placement.layout().pieces().forEach(
                            piece -> assertTrue(set.isAllocated(piece.source(), piece.offset(), piece.length())));
                    set.free(placement);
                } catch (PlacementRefusedException e) {
                    refused++;
                }
            }
            return refused;
        };
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (Future<Integer> done : threads.invokeAll(List.of(work, work, work, work))) {
                assertTrue(done.get() < 2_000);
            }
        }
        set.validate();
        assertEquals(120, set.freeLength());
        assertEquals(0, set.fragmentation());
    }
}
