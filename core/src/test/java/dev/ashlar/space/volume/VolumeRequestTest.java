package dev.ashlar.space.volume;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** What a request, a layout, a leg and a piece refuse. */
class VolumeRequestTest {
    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {
        "0                           ~ extents: 0 (expected: at least 1)",
        "4 stripes=0                 ~ stripes: 0 (expected: from 1 to 1024)",
        "4 copies=1025               ~ copies: 1025 (expected: from 1 to 1024)",
        "1024 stripes=512 copies=3   ~ stripes * copies + parity: 1536 (expected: from 1 to 1024)",
        "4 parity=3                  ~ parity: 3 (expected: from 0 to 2)",
        "4 metadata=-1               ~ metadataExtents: -1 (expected: at least 0)",
        "5 stripes=2                 ~ extents: 5 (expected: a multiple of the 2 stripes)",
        "5000000000000000000 copies=2 ~ extents: 5000000000000000000 on 2 legs with 0 of metadata each (expected: a sum that a long can hold)",
        "4 stripes=2 copies=2 parity=1 ~ copies: 2 with parity 1 (expected: 1; parity takes the place of copies)",
        "4 stripes=2 parity=2        ~ stripes: 2 with parity 2 (expected: more than that)",
        "4 tiers=fast,fast           ~ tiers: [FAST, FAST] (expected: each once)",
        "4 apart                     ~ apartByDomain: without copies or parity (expected: something to keep apart)",
        "4 copies=2 apart anywhere   ~ apartByDomain: with ANYWHERE (expected: NORMAL or stricter, which keep legs apart)",
    })
    void build_valuesThatDoNotGo_isRefused(String request, String message) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Volumes.request(request).build());
        assertEquals(message, e.getMessage());
    }

    @Test
    void build_besideAnotherShape_isRefused() {
        VolumeSet<String> set = Volumes.set("a:10 b:10");
        Placement placement = set.allocate(VolumeRequest.ofExtents(4).copies(2).build());
        IllegalArgumentException shape =
                assertThrows(IllegalArgumentException.class,
                        () -> VolumeRequest.ofExtents(4).stripes(2).beside(placement).build());
        assertEquals("beside: 1 stripes, 2 copies, 0 parity (expected: as requested, 2, 1, 0)", shape.getMessage());
        IllegalArgumentException metadata =
                assertThrows(IllegalArgumentException.class,
                        () -> VolumeRequest.ofExtents(4).copies(2).metadataExtents(1).beside(placement).build());
        assertEquals("metadataExtents: 1 with beside (expected: 0; the metadata is with what it continues)",
                metadata.getMessage());
    }

    @Test
    void piece_outOfRange_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Piece("a", -1, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Piece("a", 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Piece("a", 0, 1, -1));
        assertThrows(IllegalArgumentException.class, () -> new Piece("a", 2, Long.MAX_VALUE - 1, 0));
    }

    @Test
    void leg_overlappingPositions_isRefused() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> new Leg(0, 0, false, List.of(), List.of(new Piece("a", 0, 4, 0), new Piece("a", 8, 1, 3))));
        assertEquals("pieces of stripe 0, copy 0: position 3 (expected: at least 4, where the piece before ends)",
                e.getMessage());
    }

    @Test
    void layout_otherLegsThanItSays_isRefused() {
        Leg leg = new Leg(0, 0, false, List.of(), List.of(new Piece("a", 0, 4, 0)));
        IllegalArgumentException count =
                assertThrows(IllegalArgumentException.class, () -> new Layout(2, 1, 0, List.of(leg)));
        assertEquals("legs: 1 (expected: 2, for 2 stripes, 1 copies, 0 parity)", count.getMessage());
        IllegalArgumentException order =
                assertThrows(IllegalArgumentException.class, () -> new Layout(2, 1, 0, List.of(leg, leg)));
        assertEquals("leg 1: stripe 0, copy 0, parity false (expected: stripe 1, copy 0, parity false)",
                order.getMessage());
    }

    @Test
    void layout_leg_isFoundByStripeAndCopy() {
        VolumeSet<String> set = Volumes.set("a:10 b:10 c:10 d:10");
        Layout layout =
                set.allocate(VolumeRequest.ofExtents(4).stripes(2).copies(2).metadataExtents(1).build()).layout();
        assertEquals("c", layout.leg(0, 1).pieces().getFirst().source());
        assertEquals(4, layout.extents());
        assertEquals(12, layout.extentsTaken());
        assertThrows(IndexOutOfBoundsException.class, () -> layout.leg(2, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> layout.leg(0, 2));
    }
}
