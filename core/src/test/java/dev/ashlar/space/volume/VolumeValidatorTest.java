package dev.ashlar.space.volume;

import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;

import dev.ashlar.space.Damage;
import org.junit.jupiter.api.Test;

/** Each kind of damage to a set of volumes, and what its validator says of it. */
class VolumeValidatorTest {
    /** On a, pieces [0, 4) and [6, 8) of one placement; free runs [4, 6) and [8, 20). */
    private final VolumeSet<String> set = Volumes.set("a:20 b:20");
    private final Placement placement = set.restore(Volumes.layout("a[0,4) a[6,8)", 1, 1, 0));
    private final Room room = Objects.requireNonNull(
            (Room) Damage.get(set, "rooms", Map.class).get("a"));

    @SuppressWarnings("unchecked")
    private NavigableMap<Long, Long> lengths() {
        return Damage.get(room.free, "lengths", NavigableMap.class);
    }

    @SuppressWarnings("unchecked")
    private NavigableSet<FreeRuns.Run> byLength() {
        return Damage.get(room.free, "byLength", NavigableSet.class);
    }

    /** Replaces a free run in both indexes, so that they agree. */
    private void replaceRun(long offset, long newOffset, long newLength) {
        byLength().remove(new FreeRuns.Run(offset, Objects.requireNonNull(lengths().remove(offset))));
        lengths().put(newOffset, newLength);
        byLength().add(new FreeRuns.Run(newOffset, newLength));
    }

    private void assertFound(String message) {
        Damage.assertFound(message, set::validate);
    }

    private void assertRunFound(String run, long end) {
        assertFound("source a: free run " + run + " after " + end
                + " (expected: apart from the one before, within 20, and found by length)");
    }

    @Test
    void run_touchingTheOneBefore_isFound() {
        replaceRun(8, 6, 14);
        assertRunFound("[6, 20)", 6);
    }

    @Test
    void run_overlappingTheOneBefore_isFound() {
        replaceRun(8, 5, 15);
        assertRunFound("[5, 20)", 6);
    }

    @Test
    void run_beforeTheSource_isFound() {
        replaceRun(4, -1, 2);
        assertRunFound("[-1, 1)", -1);
    }

    @Test
    void run_empty_isFound() {
        replaceRun(4, 4, 0);
        assertRunFound("[4, 4)", -1);
    }

    @Test
    void run_beyondTheCapacity_isFound() {
        replaceRun(8, 8, 13);
        assertRunFound("[8, 21)", 6);
    }

    @Test
    void run_notFoundByLength_isFound() {
        byLength().remove(new FreeRuns.Run(4, 2));
        byLength().add(new FreeRuns.Run(4, 1));
        assertRunFound("[4, 6)", -1);
    }

    @Test
    void runs_oneMoreByLength_areFound() {
        byLength().add(new FreeRuns.Run(12, 3));
        assertFound("source a: 14 extents free, 3 runs (expected: 14, 2)");
    }

    @Test
    void free_otherThanTheSum_isFound() {
        Damage.set(room.free, "free", 15L);
        assertFound("source a: 15 extents free, 2 runs (expected: 14, 2)");
    }

    private void putPiece(long at, Piece piece) {
        room.pieces.put(at, new Room.Owned(piece, placement));
        placement.live.add(piece);
    }

    private void assertPieceFound(Piece piece, long end) {
        assertFound("source a: piece " + piece + " after " + end
                + " (expected: not free, behind the one before, and live in its placement)");
    }

    @Test
    void piece_underAnotherOffset_isFound() {
        Room.Owned owned = Objects.requireNonNull(room.pieces.remove(6L));
        room.pieces.put(7L, owned);
        assertPieceFound(owned.piece(), 4);
    }

    @Test
    void piece_overlappingTheOneBefore_isFound() {
        Piece overlapping = new Piece("a", 3, 1, 3);
        putPiece(3, overlapping);
        assertPieceFound(overlapping, 4);
    }

    @Test
    void piece_ofAnotherSource_isFound() {
        Piece other = new Piece("b", 6, 2, 4);
        putPiece(6, other);
        assertPieceFound(other, 4);
    }

    @Test
    void piece_whoseBeginIsFree_isFound() {
        room.free.give(6, 1);
        assertPieceFound(new Piece("a", 6, 2, 4), 4);
    }

    @Test
    void piece_whoseEndIsFree_isFound() {
        room.free.give(7, 1);
        assertPieceFound(new Piece("a", 6, 2, 4), 4);
    }

    @Test
    void piece_notLiveInItsPlacement_isFound() {
        Piece piece = new Piece("a", 6, 2, 4);
        placement.live.remove(piece);
        assertPieceFound(piece, 4);
    }

    @Test
    void extents_neitherFreeNorInAPiece_areFound() {
        room.free.take(10, 3);
        assertFound("source a: 6 extents in pieces, 11 free (expected: 20 in sum)");
    }

    @Test
    void piece_liveAndOnNoSource_isFound() {
        placement.live.add(new Piece("b", 0, 1, 6));
        assertFound("pieces: 2 on sources (expected: 3, as in placements)");
    }
}
