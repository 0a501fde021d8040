package dev.ashlar.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.ashlar.attach.SpaceFigures;
import dev.ashlar.space.volume.SourceStatus;
import dev.ashlar.spill.SpillStatistics;
import dev.ashlar.text.ByteSizes;

/** A published space in words. */
final class SpaceText {
    private static final String BYTES = "bytes";

    private SpaceText() {}

    static String kind(SpaceFigures space) {
        return space.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Bytes as people read them, anything else as a number. */
    static String length(long length, String unit) {
        return unit.equals(BYTES) ? ByteSizes.format(length) : String.format(Locale.ROOT, "%,d", length);
    }

    private static String with(long length, String unit) {
        return unit.equals(BYTES) ? ByteSizes.format(length) : length(length, unit) + " " + unit;
    }

    /** One line: how full and how fragmented it is. */
    static String figures(SpaceFigures space) {
        return "%s used, %s free, the largest piece %s, fragmentation %.2f".formatted(
                with(space.used(), space.unit()),
                with(space.free(), space.unit()),
                with(space.largestFree(), space.unit()),
                space.fragmentation());
    }

    static List<String> lines(SpaceFigures space) {
        List<String> lines = new ArrayList<>();
        lines.add("space '%s', %s%s".formatted(
                space.name(),
                kind(space),
                space.policy() == null ? "" : ", " + space.policy().toLowerCase(Locale.ROOT).replace('_', ' ')));
        lines.add("  " + figures(space));
        SpillStatistics spill = space.spill();
        if (spill != null) {
            lines.add("  %,d blocks of %s live; files of %s, up to %s".formatted(
                    spill.liveBlocks(), ByteSizes.format(spill.liveBytes()), ByteSizes.format(spill.fileBytes()),
                    ByteSizes.format(spill.limitBytes())));
            lines.add("  written %s, restored %s, read %s; %,d in flight; %,d failures".formatted(
                    ByteSizes.format(spill.spilledBytes()), ByteSizes.format(spill.restoredBytes()),
                    ByteSizes.format(spill.readBytes()), spill.inFlight(), spill.failureCount()));
        }
        if (!space.sources().isEmpty()) {
            Columns columns = new Columns("SOURCE", ">CAPACITY", ">FREE", ">LARGEST", ">RUNS", ">PIECES", "");
            for (SourceStatus source : space.sources()) {
                columns.row(
                        source.source(),
                        "%,d".formatted(source.capacity()),
                        "%,d".formatted(source.free()),
                        "%,d".formatted(source.largestFree()),
                        "%,d".formatted(source.freeRuns()),
                        "%,d".formatted(source.pieces()),
                        source.isAllocatable() ? "" : "not allocatable");
            }
            columns.lines().forEach(line -> lines.add("  " + line));
        }
        return lines;
    }
}
