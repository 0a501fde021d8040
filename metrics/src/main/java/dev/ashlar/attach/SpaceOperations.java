package dev.ashlar.attach;

import java.util.ArrayList;
import java.util.List;

import dev.ashlar.attach.AttachException.Reason;
import dev.ashlar.attach.SpaceFigures.Kind;
import dev.ashlar.attach.SpaceTable.Published;
import dev.ashlar.space.BitmapSpace;
import dev.ashlar.space.Extent;
import dev.ashlar.space.Space;
import dev.ashlar.space.SpaceAllocator;
import dev.ashlar.space.volume.Piece;
import dev.ashlar.space.volume.SourceStatus;
import dev.ashlar.space.volume.VolumeSet;
import dev.ashlar.spill.SpillFile;
import dev.ashlar.spill.SpillSet;
import dev.ashlar.spill.SpillStatistics;
import dev.ashlar.spill.SpillStore;
import org.jspecify.annotations.Nullable;

/** What can be asked about published spaces. */
final class SpaceOperations {
    private static final int MOST_CELLS = 1 << 16;

    private SpaceOperations() {}

    /** The figures of the one that is named, or of all. */
    static List<SpaceFigures> spaces(Exchange exchange) throws AttachException {
        String key = exchange.request().text("space");
        List<Published> asked =
                key == null ? exchange.spaces().live() : List.of(exchange.spaces().find(key));
        return asked.stream().map(SpaceOperations::figures).toList();
    }

    private static SpaceFigures figures(Published published) {
        return switch (published.space()) {
            case SpaceAllocator space -> ofSpace(published, Kind.EXTENTS, space);
            case BitmapSpace space -> ofSpace(published, Kind.BITMAP, space);
            case SpillFile file -> ofStore(published, Kind.SPILL_FILE, file, List.of());
            case SpillSet set -> ofStore(published, Kind.SPILL_SET, set, set.volumes());
            case VolumeSet<?> set -> {
                List<SourceStatus> sources = set.status();
                long capacity = sources.stream().mapToLong(SourceStatus::capacity).sum();
                long free = sources.stream().mapToLong(SourceStatus::free).sum();
                long largest = sources.stream().mapToLong(SourceStatus::largestFree).max().orElse(0);
                long sum = sources.stream().mapToLong(SourceStatus::largestFree).sum();
                yield figures(published, Kind.VOLUMES, null, capacity - free, free, largest,
                        free == 0 ? 0 : 1 - (double) sum / free, sources, null);
            }
            default -> throw unknown(published);
        };
    }

    private static IllegalArgumentException unknown(Published published) {
        return new IllegalArgumentException(published.space().getClass() + " (expected: what can be published)");
    }

    private static SpaceFigures ofSpace(Published published, Kind kind, Space space) {
        return figures(published, kind, space.policy().name(), space.usedLength(), space.freeLength(),
                space.largestFree(), space.fragmentation(), List.of(), null);
    }

    private static SpaceFigures ofStore(
            Published published, Kind kind, SpillStore store, List<SourceStatus> volumes) {
        SpillStatistics now = store.statistics();
        return figures(published, kind, null, now.usedBytes(), now.freeBytes(), now.largestFreeBytes(),
                now.fragmentation(), volumes, now);
    }

    private static SpaceFigures figures(
            Published published,
            Kind kind,
            @Nullable String policy,
            long used,
            long free,
            long largest,
            double fragmentation,
            List<SourceStatus> sources,
            @Nullable SpillStatistics spill) {
        return new SpaceFigures(published.number(), published.name(), kind, published.unit(), policy, used, free,
                largest, fragmentation, sources, spill);
    }

    /** What of a space is allocated, source by source. O(extents). */
    static List<SpaceShape> shapes(Exchange exchange) throws AttachException {
        String key = exchange.request().text("space");
        if (key == null) {
            throw new AttachException(Reason.REFUSED, "space: none (expected: its name)");
        }
        long cells = exchange.request().number("cells", 1 << 12);
        if (cells < 1 || cells > MOST_CELLS) {
            throw new AttachException(Reason.REFUSED, "cells: " + cells + " (expected: 1 to " + MOST_CELLS + ")");
        }
        return shapes(exchange.spaces().find(key), (int) cells);
    }

    private static List<SpaceShape> shapes(Published published, int cells) {
        return switch (published.space()) {
            case SpaceAllocator space -> List.of(growing(space.startOfSpace(), space.extents(), cells));
            case BitmapSpace space -> List.of(SpaceShape.of("", 0, space.units(), space.extents(), cells));
            case SpillFile file -> List.of(growing(0, file.extents(), cells));
            case SpillSet set -> set.volumes().stream()
                    .map(volume -> ofSource(volume, set.pieces(volume.source()), cells)).toList();
            case VolumeSet<?> set -> set.status().stream()
                    .map(source -> ofSource(source, set.pieces(source.source()), cells)).toList();
            default -> throw unknown(published);
        };
    }

    /** It ends where the last extent does. */
    private static SpaceShape growing(long start, List<Extent> extents, int cells) {
        long end = extents.isEmpty() ? start : extents.getLast().offset() + extents.getLast().length();
        return SpaceShape.of("", start, end, extents, cells);
    }

    private static SpaceShape ofSource(SourceStatus source, List<Piece> pieces, int cells) {
        return SpaceShape.of(source.source(), 0, source.capacity(), joined(pieces), cells);
    }

    /** Pieces that lie side by side are one extent, as in every space. */
    private static List<Extent> joined(List<Piece> pieces) {
        List<Extent> extents = new ArrayList<>();
        for (Piece piece : pieces) {
            Extent last = extents.isEmpty() ? null : extents.getLast();
            if (last != null && last.offset() + last.length() == piece.offset()) {
                extents.set(extents.size() - 1, new Extent(last.offset(), last.length() + piece.length()));
            } else {
                extents.add(new Extent(piece.offset(), piece.length()));
            }
        }
        return extents;
    }
}
