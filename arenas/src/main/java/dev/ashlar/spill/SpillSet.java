package dev.ashlar.spill;

import java.util.List;
import java.util.Objects;

import dev.ashlar.space.volume.Piece;
import dev.ashlar.space.volume.Source;
import dev.ashlar.space.volume.SourceStatus;
import dev.ashlar.space.volume.VolumeSet;

/**
 * Files on several volumes that blocks are spilled to, placed by a {@link VolumeSet}: on the preferred tier first, in stripes over several volumes, in copies on
 * distinct ones.
 *
 * <p>A volume that can't be written is taken out of use, and what was to be written there goes to others, if the policy allows: a full disk is used again when something that
 * is on it was given up, another one after {@link #readmit}. What is on it stays. A stripe that is damaged is read from its next copy.
 *
 * <pre>{@code
 *     SpillSet spill = SpillSet.builder()
 *             .volume("nvme", Path.of("/fast/query7.spill"), 4L << 30, Tier.FAST)
 *             .volume("disk", Path.of("/disk/query7.spill"), 64L << 30, Tier.CAPACITY)
 *             .tiers(Tier.FAST, Tier.CAPACITY)
 *             .build();
 * }</pre>
 */
public final class SpillSet extends SpillStore {
    private final VolumeSet<SpillVolume> volumes;
    private final SetGround ground;

    SpillSet(VolumeSet<SpillVolume> volumes, SetGround ground, SpillEngine<SetGround.Site> engine) {
        super(engine);
        this.volumes = volumes;
        this.ground = ground;
    }

    /** Settings of a set, all with defaults but for its volumes. */
    public static SpillSetBuilder builder() {
        return new SpillSetBuilder();
    }

    /** The figures of each volume, in blocks, in the order in which they were given. */
    public List<SourceStatus> volumes() {
        return volumes.status();
    }

    /**
     * What of a volume contents lie in, in blocks: a copy, by offset. O(n) in their number.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public List<Piece> pieces(String volume) {
        return volumes.pieces(Objects.requireNonNull(volume, "volume"));
    }

    /**
     * Lets contents be written to a volume again.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public void readmit(String volume) {
        Source<SpillVolume> source = volumes.source(Objects.requireNonNull(volume, "volume"));
        ground.readmit(source.handle());
    }
}
