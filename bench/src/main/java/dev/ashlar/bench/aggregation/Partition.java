package dev.ashlar.bench.aggregation;

import java.util.ArrayList;
import java.util.List;

import dev.ashlar.spill.SpillToken;
import org.jspecify.annotations.Nullable;

/** The groups of one part of the hashes: those in memory, and runs of them on disk. A key may be in the table and in each run. */
final class Partition {
    @Nullable
    GroupTable table;

    /** Its table is being added to, or replaced: not to be spilled. */
    boolean isInUse;

    final List<SpillToken> runs = new ArrayList<>();
}
