package dev.ashlar.region;

import dev.ashlar.InvalidFreeException;
import dev.ashlar.InvalidFreeException.Reason;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import org.jspecify.annotations.Nullable;

/** Finds out why an address can't be freed, and says it. Reads headers, writes nothing. */
public final class FreeDiagnosis {
    private final String owner;
    private final BlockSpace space;
    private final Geometry geometry;

    /**
     * A diagnosis for the blocks of one owner.
     *
     * @param owner as messages name it, like {@code heap 'sort'}
     */
    public FreeDiagnosis(String owner, BlockSpace space) {
        this.owner = owner;
        this.space = space;
        geometry = space.geometry();
    }

    /**
     * Why this address is no live block of the heap.
     *
     * @return what to throw
     * @throws dev.ashlar.HeapCorruptionException if the block there can't be told for a damaged header
     */
    public InvalidFreeException explain(long address) {
        if (!geometry.contains(address)) {
            return foreign(address);
        }
        if (!space.table().isInUse(geometry.regionAt(address))) {
            return of(Reason.DOUBLE_FREE, address, "in a region that is wholly free");
        }
        long block = space.lastBlockUpTo(address);
        if (block == 0) {
            return of(Reason.NOT_FROM_POOL, address, "before the first block of its region");
        }
        int word = space.headers().word(block);
        long units = space.unitsOf(block, word);
        String found = "%s block %s of %d bytes"
                .formatted(
                        BlockLayout.stateName(Headers.state(word)),
                        geometry.describe(block),
                        BlockLayout.payloadBytes(units));
        if (address >= BlockCarver.behind(block, units)) {
            return of(Reason.NOT_FROM_POOL, address, "behind the last block of its region, the " + found);
        }
        return switch (Headers.state(word)) {
            case BlockLayout.LIVE ->
                of(Reason.INTERIOR, address, "%d bytes into the %s".formatted(address - block, found));
            case BlockLayout.WITHHELD ->
                of(Reason.DOUBLE_FREE, address, "in a " + found + ", freed when it was found damaged");
            default -> of(Reason.DOUBLE_FREE, address, "in a " + found);
        };
    }

    /** An address, or a segment's, that is not in this heap's memory. */
    public InvalidFreeException foreign(long address) {
        @Nullable
        String other = OpenSpaces.ownerOf(address);
        return other == null
                ? of(Reason.NOT_FROM_POOL, address, "in no open heap's or pool's memory")
                : of(Reason.WRONG_POOL, address, "in the memory of " + other);
    }

    /** A segment that this heap did not make, whatever its address. */
    public InvalidFreeException foreignSegment(long address, String what) {
        return geometry.contains(address)
                ? of(Reason.NOT_FROM_POOL, address, what)
                : foreign(address);
    }

    /** A segment of an earlier owner of the block. */
    public InvalidFreeException stale(long address) {
        return of(Reason.STALE, address,
                "a block that was freed and handed out again; this segment is of an earlier owner");
    }

    private InvalidFreeException of(Reason reason, long address, String found) {
        return new InvalidFreeException(
                reason,
                address,
                "%s: %s is %s (expected: the address of a live block of it)"
                        .formatted(owner, geometry.describe(address), found));
    }
}
