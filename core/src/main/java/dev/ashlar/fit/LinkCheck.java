package dev.ashlar.fit;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.Geometry;

/** Checks that a link leads to where a free block of this heap can be, before it is followed. */
final class LinkCheck {
    private final Geometry geometry;

    LinkCheck(Geometry geometry) {
        this.geometry = geometry;
    }

    /**
     * Passes a link on.
     *
     * @throws HeapCorruptionException if it leads outside of the heap, to no block address, or back to where it stands
     */
    long follow(long block, String name, long link) {
        if (!geometry.isBlockAddress(link) || link == block) {
            throw damaged(block, name, link, "a free block of this heap");
        }
        return link;
    }

    /**
     * Checks that a link leads back.
     *
     * @throws HeapCorruptionException if it doesn't
     */
    void expect(long block, String name, long found, long expected) {
        if (found != expected) {
            throw damaged(block, name, found, "0x%x".formatted(expected));
        }
    }

    /** What a wrong link is reported as. */
    HeapCorruptionException damaged(long block, String name, long found, String expected) {
        return new HeapCorruptionException(
                block,
                "free block %s: link '%s' is 0x%x (expected: %s)"
                        .formatted(geometry.describe(block), name, found, expected));
    }
}
