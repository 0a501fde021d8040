package dev.ashlar.bench.space;

import java.util.List;
import java.util.Set;

import dev.ashlar.space.volume.PlacementPolicy;
import dev.ashlar.space.volume.Tier;
import org.jspecify.annotations.Nullable;

/** One request of a script. */
sealed interface Step {
    /** The number of its line, from 1 on. */
    int line();

    /**
     * Allocates a range.
     *
     * @param name by which it is freed
     * @param at the offset that it must have, or -1
     */
    record Range(int line, String name, long length, long alignment, long at) implements Step {}

    /**
     * Places extents on the sources.
     *
     * @param policy of the request, or null for that of the replay
     * @param beside the name of what it continues, or null
     */
    record Extents(
            int line,
            String name,
            long extents,
            int stripes,
            int copies,
            int parity,
            long metadata,
            @Nullable PlacementPolicy policy,
            List<Tier> tiers,
            List<String> domains,
            boolean isApart,
            boolean isApproximate,
            @Nullable String beside)
            implements
                Step {}

    /**
     * Frees what is left of an allocation, or a part of it.
     *
     * @param offset of the part, from where the allocation began, or -1 for all
     * @param length of the part
     */
    record FreeRange(int line, String name, long offset, long length) implements Step {}

    /**
     * Frees what is left of a placement, or one piece.
     *
     * @param source that the piece is on, or null for all
     * @param offset of the piece on the source
     */
    record FreeExtents(int line, String name, @Nullable String source, long offset) implements Step {}

    /** Adds a source. */
    record AddSource(int line, String name, long capacity, Tier tier, Set<String> tags) implements Step {}

    /** Removes a source. */
    record RemoveSource(int line, String name) implements Step {}

    /** Says whether new pieces may be placed on a source. */
    record Allocatable(int line, String name, boolean isAllocatable) implements Step {}
}
