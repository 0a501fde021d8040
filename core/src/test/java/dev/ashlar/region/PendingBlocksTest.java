package dev.ashlar.region;

import java.util.List;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.Headers;
import dev.ashlar.block.Links;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PendingBlocksTest {
    private static void defer(SpaceFixture fixture, long block) {
        fixture.space.freeDeferred(block, fixture.space.headers().word(block));
    }

    @Test
    void take_sizeThatWaits_isLastOneAdded() {
        try (SpaceFixture fixture = new SpaceFixture()) {
            long a = fixture.allocate(5, 16);
            long b = fixture.allocate(5, 16);
            long c = fixture.allocate(6, 16);
            defer(fixture, a);
            defer(fixture, b);
            defer(fixture, c);
            fixture.validate();
            assertEquals(3, fixture.space.ledger().pendingBlocks());
            assertEquals((16 * 16) - (3 * 8), fixture.space.ledger().pendingBytes());
            assertEquals(
                    List.of("0x10 CACHED 5", "0x60 CACHED 5", "0xb0 CACHED 6", "0x110 FREE 65519"),
                    fixture.walk());
            assertEquals(b, fixture.allocate(5, 16));
            assertEquals(a, fixture.allocate(5, 16));
            assertEquals(c, fixture.allocate(6, 16));
            assertEquals(0, fixture.space.ledger().pendingBlocks());
        }
    }

    @Test
    void freeDeferred_tooLargeToWait_isMergedAtOnce() {
        try (SpaceFixture fixture = new SpaceFixture()) {
            long keeper = fixture.allocate(2, 16);
            long waits = fixture.allocate(63, 16);
            long merges = fixture.allocate(64, 16);
            defer(fixture, merges);
            defer(fixture, waits);
            assertEquals(
                    List.of("0x10 LIVE 2", "0x30 CACHED 63", "0x420 FREE 65470"), fixture.walk());
            fixture.free(keeper);
        }
    }

    @Test
    void coalesce_neighbours_becomeOneAndRegionGoes() {
        try (SpaceFixture fixture = new SpaceFixture()) {
            long usable = 0;
            long[] blocks = new long[62];
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = fixture.allocate(2 + i, 16);
                usable += (2 + i) * 16 - 8;
            }
            for (long block : blocks) {
                defer(fixture, block);
            }
            fixture.validate();
            assertEquals(usable, fixture.space.coalesce());
            assertEquals(List.of(), fixture.walk());
            assertEquals(0, fixture.space.coalesce());
            assertEquals(1, fixture.space.table().retainedRegions());
        }
    }

    @Test
    void take_linkDamaged_changesNothing() {
        try (SpaceFixture fixture = new SpaceFixture()) {
            long a = fixture.allocate(5, 16);
            long b = fixture.allocate(5, 16);
            defer(fixture, a);
            defer(fixture, b);
            List<String> before = fixture.walk();
            for (long bad : new long[] {b, a + 8, 16, -16}) {
                Links.setNext(b, bad);
                HeapCorruptionException e =
                        assertThrows(HeapCorruptionException.class, () -> fixture.space.carve(5, 16));
                assertTrue(e.toString().contains("expected: a cached block of 5 units"), e::toString);
                assertEquals(before, fixture.walk());
                assertThrows(HeapCorruptionException.class, fixture::validate);
            }
            Links.setNext(b, a);
            fixture.validate();
            assertEquals(b, fixture.allocate(5, 16));
        }
    }

    @Test
    void coalesce_neighbourDamaged_restStillWaits() {
        try (SpaceFixture fixture = new SpaceFixture()) {
            long a = fixture.allocate(5, 16);
            long neighbour = fixture.allocate(9, 16);
            long b = fixture.allocate(5, 16);
            fixture.allocate(2, 16);
            defer(fixture, b);
            defer(fixture, a);
            int word = fixture.space.headers().word(neighbour);
            Headers.erase(neighbour);
            assertThrows(HeapCorruptionException.class, fixture.space::coalesce);
            assertEquals(2, fixture.space.ledger().pendingBlocks());
            fixture.space.headers().setPreviousFreeUnits(neighbour, 0);
            fixture.space.headers().set(neighbour, Headers.units(word), Headers.state(word));
            fixture.validate();
            assertEquals(2 * (5 * 16 - 8), fixture.space.coalesce());
        }
    }
}
