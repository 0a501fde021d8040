package dev.ashlar.space.volume;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A source within a set: what is free on it, and whose pieces are on it. Guarded by the lock of the set. */
final class Room {
    final Source<?> source;
    final FreeRuns free;

    /** The pieces on it, by offset. */
    final NavigableMap<Long, Owned> pieces = new TreeMap<>();

    boolean isAllocatable = true;

    Room(Source<?> source) {
        this.source = source;
        this.free = new FreeRuns(source.capacity());
    }

    /** A piece, and the placement that it is part of. */
    record Owned(Piece piece, Placement placement) {}

    String name() {
        return source.name();
    }

    SourceStatus status() {
        return new SourceStatus(
                name(), source.capacity(), free.free(), free.largest(), free.count(), pieces.size(), isAllocatable);
    }

    /** {@code free + pieces == capacity}, without overlap, and every piece is live in its placement. */
    void validate() {
        free.validate(name(), source.capacity());
        long taken = 0;
        long end = 0;
        for (Map.Entry<Long, Owned> entry : pieces.entrySet()) {
            Piece piece = entry.getValue().piece();
            boolean isSound =
                    piece.offset() == entry.getKey() && piece.offset() >= end && piece.source().equals(name());
            if (!isSound || !free.isTaken(piece.offset(), piece.length())
                    || !entry.getValue().placement().live.contains(piece)) {
                throw new IllegalStateException("source " + name() + ": piece " + piece + " after " + end
                        + " (expected: not free, behind the one before, and live in its placement)");
            }
            end = piece.end();
            taken += piece.length();
        }
        if (taken + free.free() != source.capacity()) {
            throw new IllegalStateException(
                    "source " + name() + ": " + taken + " extents in pieces, " + free.free() + " free (expected: "
                            + source.capacity() + " in sum)");
        }
    }
}
