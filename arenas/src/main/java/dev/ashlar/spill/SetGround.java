package dev.ashlar.spill;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.ashlar.space.volume.Leg;
import dev.ashlar.space.volume.Piece;
import dev.ashlar.space.volume.Placement;
import dev.ashlar.space.volume.PlacementRefusedException;
import dev.ashlar.space.volume.SourceStatus;
import dev.ashlar.space.volume.VolumeRequest;
import dev.ashlar.space.volume.VolumeSet;
import dev.ashlar.spill.SpillException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Files on several volumes, placed by a {@link VolumeSet} whose extents are blocks of the files.
 *
 * <p>A volume that fails to be written is taken out of use and what was to be written is placed anew, until the set refuses. Each stripe has a checksum of its own,
 * and is read from the first of its copies that has it.
 */
final class SetGround implements Ground<SetGround.Site> {
    private final VolumeSet<SpillVolume> volumes;
    private final Shape shape;
    private final long blockBytes;
    private final SpillCounters counters;

    SetGround(VolumeSet<SpillVolume> volumes, Shape shape, long blockBytes, SpillCounters counters) {
        this.volumes = volumes;
        this.shape = shape;
        this.blockBytes = blockBytes;
        this.counters = counters;
    }

    /** Makes a request of a number of extents, a multiple of the stripes. */
    interface Shape {
        int stripes();

        VolumeRequest request(long extents);
    }

    /** A placement, and the checksums of its stripes. */
    static final class Site {
        private final Placement placement;
        private final long legBytes;
        private final int[] checksums;

        Site(Placement placement, long legBytes, int[] checksums) {
            this.placement = placement;
            this.legBytes = legBytes;
            this.checksums = checksums;
        }
    }

    /** A volume that refused a write. */
    private static final class VolumeFailedException extends IOException {
        private static final long serialVersionUID = 1L;

        private final transient SpillVolume volume;

        VolumeFailedException(SpillVolume volume, IOException cause) {
            super(cause);
            this.volume = volume;
        }
    }

    @Override
    public Site write(MemorySegment contents) throws SpillException {
        long legExtents = Math.max(1, Math.ceilDiv(contents.byteSize(), blockBytes * shape.stripes()));
        int[] checksums = new int[shape.stripes()];
        for (int stripe = 0; stripe < checksums.length; stripe++) {
            checksums[stripe] = Transfer.checksum(part(contents, stripe, legExtents * blockBytes));
        }
        List<SpillException> failed = new ArrayList<>();
        while (true) {
            Placement placement = place(legExtents * shape.stripes(), failed);
            Site site = new Site(placement, legExtents * blockBytes, checksums);
            boolean written = false;
            try {
                placement.layout().pieces().forEach(piece -> volume(piece).note(piece));
                writeAll(site, contents);
                written = true;
                return site;
            } catch (VolumeFailedException e) {
                failed.add(takeOut(e.volume, contents.byteSize(), e));
            } finally {
                if (!written) {
                    undo(site);
                }
            }
        }
    }

    private Placement place(long extents, List<SpillException> failed) throws SpillException {
        try {
            return volumes.allocate(shape.request(extents));
        } catch (PlacementRefusedException e) {
            // If it was for volumes that failed just now, they are what matters.
            Kind kind = failed.isEmpty() ? Kind.FULL : failed.getLast().kind();
            SpillException refused = counters.failure(kind, "not placed: " + e.getMessage(), (Throwable) e);
            failed.forEach(refused::addSuppressed);
            throw refused;
        }
    }

    private void writeAll(Site site, MemorySegment contents) throws VolumeFailedException {
        for (Leg leg : site.placement.layout().legs()) {
            MemorySegment stripe = part(contents, leg.stripe(), site.legBytes);
            for (Piece piece : leg.pieces()) {
                SpillVolume volume = volume(piece);
                try {
                    Transfer.write(volume.channel, part(stripe, piece), piece.offset() * blockBytes);
                } catch (IOException e) {
                    throw new VolumeFailedException(volume, e);
                }
            }
        }
    }

    private SpillException takeOut(SpillVolume volume, long byteSize, VolumeFailedException e) {
        boolean full = FileGround.isDiskFull(volume.channel, byteSize);
        volume.isDiskFull = full;
        volumes.setAllocatable(volume.name, false);
        IOException cause = e.getCause() instanceof IOException why ? why : e;
        return counters.failure(full ? Kind.FULL : Kind.WRITE, "volume '" + volume.name + "' not written", cause);
    }

    /** What a stripe has of the contents; the last ones may have less, or nothing. */
    private static MemorySegment part(MemorySegment contents, int stripe, long legBytes) {
        long from = Math.min(contents.byteSize(), stripe * legBytes);
        return contents.asSlice(from, Math.min(legBytes, contents.byteSize() - from));
    }

    private MemorySegment part(MemorySegment stripe, Piece piece) {
        long from = Math.min(stripe.byteSize(), piece.position() * blockBytes);
        return stripe.asSlice(from, Math.min(piece.length() * blockBytes, stripe.byteSize() - from));
    }

    private SpillVolume volume(Piece piece) {
        return volumes.source(piece.source()).handle();
    }

    @Override
    public void read(Site site, MemorySegment target, String label) throws SpillException {
        for (int stripe = 0; stripe < site.checksums.length; stripe++) {
            readStripe(site, stripe, part(target, stripe, site.legBytes), label);
        }
    }

    private void readStripe(Site site, int stripe, MemorySegment target, String label) throws SpillException {
        SpillException first = null;
        for (int copy = 0; copy < site.placement.layout().copies(); copy++) {
            SpillException e = tryCopy(site, site.placement.layout().leg(stripe, copy), target, label);
            if (e == null) {
                return;
            }
            if (first == null) {
                first = e;
            } else {
                first.addSuppressed(e);
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private @Nullable SpillException tryCopy(Site site, Leg leg, MemorySegment target, String label) {
        try {
            for (Piece piece : leg.pieces()) {
                SpillVolume volume = volume(piece);
                FileGround.read(volume.channel, piece.offset() * blockBytes, part(target, piece),
                        label + " on volume '" + volume.name + "'", counters);
            }
            FileGround.check(target, site.checksums[leg.stripe()],
                    label + " stripe " + leg.stripe() + ", copy " + leg.copy() + " on " + leg.pieces()
                            + " in blocks of " + blockBytes,
                    counters);
            return null;
        } catch (SpillException e) {
            return e;
        }
    }

    @Override
    public void free(Site site) {
        undo(site);
        for (Piece piece : site.placement.layout().pieces().toList()) {
            SpillVolume volume = volume(piece);
            if (volume.isDiskFull) {
                readmit(volume);
            }
        }
    }

    /** Gives the room back, and no volume another chance. */
    private void undo(Site site) {
        site.placement.layout().pieces().forEach(piece -> volume(piece).strike(piece));
        volumes.free(site.placement);
    }

    void readmit(SpillVolume volume) {
        volume.isDiskFull = false;
        volumes.setAllocatable(volume.name, true);
    }

    @Override
    public Room room() {
        long used = 0;
        long free = 0;
        long largest = 0;
        long limit = 0;
        for (SourceStatus status : volumes.status()) {
            used += (status.capacity() - status.free()) * blockBytes;
            free += status.free() * blockBytes;
            largest = Math.max(largest, status.largestFree() * blockBytes);
            limit += status.capacity() * blockBytes;
        }
        long files = volumes.sources().stream().mapToLong(source -> source.handle().fileBytes()).sum();
        return new Room(used, free, largest, volumes.fragmentation(), files, limit);
    }

    @Override
    public void force() throws SpillException {
        for (var source : volumes.sources()) {
            try {
                source.handle().channel.force();
            } catch (IOException e) {
                throw counters.failure(Kind.WRITE, "volume '" + source.name() + "' not forced", e);
            }
        }
    }

    @Override
    public void validate(Collection<Site> sites) {
        volumes.validate();
        if (volumes.placementCount() != sites.size()) {
            throw new IllegalStateException("placements: " + volumes.placementCount() + " (expected: " + sites.size()
                    + ", as there are contents)");
        }
        Map<String, Map<Long, Long>> expected = new HashMap<>();
        sites.forEach(site -> site.placement.layout().pieces().forEach(piece -> expected
                .computeIfAbsent(piece.source(), _ -> new HashMap<>()).put(piece.offset(), piece.end())));
        for (var source : volumes.sources()) {
            Map<Long, Long> found = source.handle().pieces();
            Map<Long, Long> of = expected.getOrDefault(source.name(), Map.of());
            if (!found.equals(of)) {
                throw new IllegalStateException(
                        "volume '" + source.name() + "': pieces " + found + " (expected: " + of + ")");
            }
        }
    }

    @Override
    public void close() throws SpillException {
        SpillException first = null;
        for (var source : volumes.sources()) {
            try {
                source.handle().channel.close();
            } catch (IOException e) {
                SpillException failed =
                        counters.failure(Kind.SHRINK, "volume '" + source.name() + "' not deleted", e);
                if (first == null) {
                    first = failed;
                } else {
                    first.addSuppressed(failed);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
