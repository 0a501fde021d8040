package dev.ashlar.attach;

import java.util.List;

import dev.ashlar.space.volume.SourceStatus;
import dev.ashlar.spill.SpillStatistics;
import org.jspecify.annotations.Nullable;

/**
 * A published space at one moment; exact when it is quiet.
 *
 * @param number from 1 on, in the order in which the process published them
 * @param name which others may have, too
 * @param kind of what it is
 * @param unit that its lengths count
 * @param policy that it is served by, or null: a set of volumes has one for each request
 * @param used that is allocated
 * @param free of a space that grows, up to its end
 * @param largestFree in one piece
 * @param fragmentation 0 to 1
 * @param sources of a set, in its own unit: extents, or the blocks of a spill file
 * @param spill what went to disk and back, or null if it is no store of spilled blocks
 */
public record SpaceFigures(
        int number,
        String name,
        Kind kind,
        String unit,
        @Nullable String policy,
        long used,
        long free,
        long largestFree,
        double fragmentation,
        List<SourceStatus> sources,
        @Nullable SpillStatistics spill) {
    /** What can be published. */
    public enum Kind {
        /** A {@code SpaceAllocator}. */
        EXTENTS,
        /** A {@code BitmapSpace}. */
        BITMAP,
        /** A {@code VolumeSet}. */
        VOLUMES,
        /** A {@code SpillFile}. */
        SPILL_FILE,
        /** A {@code SpillSet}. */
        SPILL_SET
    }

    /** An unmodifiable copy of the list. */
    public SpaceFigures {
        sources = List.copyOf(sources);
    }
}
