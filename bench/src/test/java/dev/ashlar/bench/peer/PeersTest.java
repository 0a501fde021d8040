package dev.ashlar.bench.peer;

import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Each peer that this machine has, through the interface that all workloads use. */
class PeersTest {
    private static final int SLOTS = 20;

    static Stream<PeerKind> present() {
        return Stream.of(PeerKind.values()).filter(kind -> kind.missing().isEmpty());
    }

    static Stream<PeerKind> keepingContents() {
        return present().filter(PeerKind::keepsContents);
    }

    @ParameterizedTest
    @MethodSource("present")
    void slots_areFullFromAllocateToFree(PeerKind kind) {
        try (Peer peer = kind.open(); Worker worker = peer.newWorker()) {
            Blocks blocks = peer.newBlocks(SLOTS);
            assertEquals(SLOTS, blocks.slotCount());
            for (int slot = 0; slot < SLOTS; slot++) {
                assertTrue(blocks.isEmpty(slot));
                worker.allocate(blocks, slot, 1L << slot);
                assertFalse(blocks.isEmpty(slot));
                assertTrue(blocks.address(slot) != 0);
            }
            for (int slot = 0; slot < SLOTS; slot++) {
                worker.free(blocks, slot);
                assertTrue(blocks.isEmpty(slot));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("keepingContents")
    void contents_stayThroughOtherBlocksAndResize(PeerKind kind) {
        try (Peer peer = kind.open(); Worker worker = peer.newWorker()) {
            Blocks blocks = peer.newBlocks(SLOTS);
            for (int slot = 0; slot < SLOTS; slot++) {
                int byteSize = 16 + 40 * slot;
                worker.allocate(blocks, slot, byteSize);
                blocks.fill(slot, byteSize, (byte) slot);
                blocks.writeByte(slot, byteSize - 1, (byte) -slot);
                blocks.writeLong(slot, 0, 0x0807_0605_0403_0201L + slot);
            }
            for (int slot = 0; slot < SLOTS; slot++) {
                int byteSize = 16 + 40 * slot;
                assertEquals(0x0807_0605_0403_0201L + slot, blocks.readLong(slot, 0));
                assertEquals((byte) (1 + slot), blocks.readByte(slot, 0));
                assertEquals((byte) slot, blocks.readByte(slot, 8));
                assertEquals((byte) -slot, blocks.readByte(slot, byteSize - 1));
                worker.resize(blocks, slot, 5000);
                assertEquals((byte) -slot, blocks.readByte(slot, byteSize - 1));
                blocks.writeByte(slot, 4999, (byte) 1);
                worker.resize(blocks, slot, 9);
                assertEquals((byte) slot, blocks.readByte(slot, 8));
                worker.free(blocks, slot);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("present")
    void allocateAligned_alignsOrGivesRoom(PeerKind kind) {
        try (Peer peer = kind.open(); Worker worker = peer.newWorker()) {
            Blocks blocks = peer.newBlocks(1);
            for (long alignment = 16; alignment <= 4096; alignment *= 4) {
                worker.allocateAligned(blocks, 0, 100, alignment);
                assertEquals(!kind.isAligning(), !kind.isAligning() || blocks.address(0) % alignment != 0);
                blocks.writeByte(0, 99, (byte) 1);
                worker.free(blocks, 0);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("keepingContents")
    void moveAndExchange_keepTheBlock(PeerKind kind) {
        try (Peer peer = kind.open(); Worker worker = peer.newWorker()) {
            Blocks one = peer.newBlocks(2);
            Blocks other = peer.newBlocks(2);
            worker.allocate(one, 0, 8);
            one.writeByte(0, 0, (byte) 1);
            worker.allocate(other, 1, 8);
            other.writeByte(1, 0, (byte) 2);

            one.exchange(0, other, 1);
            assertEquals(2, one.readByte(0, 0));
            assertEquals(1, other.readByte(1, 0));
            other.move(1, one, 1);
            assertTrue(other.isEmpty(1));
            assertEquals(1, one.readByte(1, 0));
            one.exchange(0, other, 0);
            assertTrue(one.isEmpty(0));

            worker.free(one, 1);
            worker.free(other, 0);
        }
    }

    @ParameterizedTest
    @MethodSource("present")
    void anotherThread_mayFreeWherePeerSaysSo(PeerKind kind) throws InterruptedException {
        try (Peer peer = kind.open(); Worker worker = peer.newWorker()) {
            Blocks blocks = peer.newBlocks(1);
            worker.allocate(blocks, 0, 64);
            Throwable[] thrown = new Throwable[1];
            Thread thread = new Thread(() -> {
                try (Worker others = peer.newWorker()) {
                    others.free(blocks, 0);
                } catch (WrongThreadException e) {
                    thrown[0] = e;
                }
            });
            thread.start();
            thread.join();
            assertEquals(kind.threading() == Threading.OWN_BLOCKS, thrown[0] != null);
        }
    }

    @ParameterizedTest
    @EnumSource
    void scope_isThereOrRefused(PeerKind kind) {
        if (kind.missing().isPresent()) {
            assertTrue(kind.missing().get().contains("libmimalloc") || kind.missing().get().contains("libtcmalloc")
                    || kind.missing().get().contains("natives"), kind.missing().get());
            return;
        }
        try (Peer peer = kind.open()) {
            assertEquals(kind.hasScopes(), peer.hasScopes());
            if (peer.hasScopes()) {
                try (var scope = peer.openScope()) {
                    assertEquals(64, scope.allocate(64, 8).byteSize());
                }
            } else {
                assertThrows(UnsupportedOperationException.class, peer::openScope);
            }
        }
    }

    @Test
    void displayNames_areWhatTheCommandLineTakes() {
        assertEquals("netty-adaptive", PeerKind.NETTY_ADAPTIVE.displayName());
        assertEquals("null", PeerKind.NULL.displayName());
        assertEquals(Optional.empty(), PeerKind.MALLOC.missing());
    }

    @Test
    void objectBlocks_emptySlot_isRefused() {
        try (Peer peer = PeerKind.ARENA.open(); Worker worker = peer.newWorker()) {
            Blocks blocks = peer.newBlocks(1);
            assertThrows(IllegalStateException.class, () -> worker.free(blocks, 0));
        }
    }
}
