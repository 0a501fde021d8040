package dev.ashlar.spill;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import dev.ashlar.space.volume.PlacementPolicy;
import dev.ashlar.space.volume.Source;
import dev.ashlar.space.volume.Tier;
import dev.ashlar.space.volume.VolumeRequest;
import dev.ashlar.space.volume.VolumeSet;

/** Settings of a {@link SpillSet}. Not thread-safe. */
public final class SpillSetBuilder {
    private static final long DEFAULT_SHRINK_BYTES = 1 << 20;

    private final SpillSettings settings = new SpillSettings();
    private final List<Volume> volumes = new ArrayList<>();
    private long shrinkBytes = DEFAULT_SHRINK_BYTES;
    private int stripes = 1;
    private int copies = 1;
    private boolean apartByDomain;
    private PlacementPolicy policy = PlacementPolicy.NORMAL;
    private List<Tier> tiers = List.of();

    private record Volume(String name, Path file, long limitBytes, Tier tier, List<String> tags) {}

    SpillSetBuilder() {}

    /** The name in messages and meters; "spill" by default. */
    public SpillSetBuilder name(String name) {
        settings.name = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * Adds a volume. Those that were added first are preferred, all else being equal.
     *
     * @param name of the volume; each has another
     * @param file which must not be there yet; its directory must
     * @param limitBytes how long the file may become
     * @param tier which tiers may be used, and in which order, {@link #tiers} says
     * @param tags for {@link #apartByDomain}: volumes with one in common fail together
     * @throws IllegalArgumentException if the limit is not positive
     */
    public SpillSetBuilder volume(String name, Path file, long limitBytes, Tier tier, String... tags) {
        volumes.add(new Volume(Objects.requireNonNull(name, "name"), file.toAbsolutePath(),
                SpillSettings.inRange("limit", limitBytes, 1, 1L << 60),
                Objects.requireNonNull(tier, "tier"), List.of(tags)));
        return this;
    }

    /** The tiers that may be used, the preferred first; all of them by default, none preferred. */
    public SpillSetBuilder tiers(Tier... preferredFirst) {
        tiers = List.of(preferredFirst);
        return this;
    }

    /** The loosest policy that is allowed; {@link PlacementPolicy#NORMAL} by default. */
    public SpillSetBuilder policy(PlacementPolicy loosest) {
        policy = Objects.requireNonNull(loosest, "policy");
        return this;
    }

    /** How many volumes each block is dealt out to; 1 by default. */
    public SpillSetBuilder stripes(int count) {
        stripes = count;
        return this;
    }

    /** How many times each block is written, on distinct volumes; 1 by default. */
    public SpillSetBuilder copies(int count) {
        copies = count;
        return this;
    }

    /** Keeps copies on volumes that have no tag in common. */
    public SpillSetBuilder apartByDomain() {
        apartByDomain = true;
        return this;
    }

    /**
     * The extent that the volumes are divided into; 4,096 by default.
     *
     * @throws IllegalArgumentException if it is not a power of two from 512 to 2^30
     */
    public SpillSetBuilder blockSize(long byteSize) {
        settings.blockSize(byteSize);
        return this;
    }

    /**
     * How many bytes must be free at the end of a file before it is made shorter; 1 MiB by default. An empty one always is.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public SpillSetBuilder shrinkBy(long byteSize) {
        shrinkBytes = SpillSettings.inRange("shrinkBy", byteSize, 1, Long.MAX_VALUE);
        return this;
    }

    /** Whether contents have reached the devices before their block is freed; false by default. */
    public SpillSetBuilder sync(boolean sync) {
        settings.sync = sync;
        return this;
    }

    /**
     * How much may be under way in the background at once; 8 operations and 64 MiB by default. One operation may be larger, and then goes alone.
     *
     * @throws IllegalArgumentException if one is not positive
     */
    public SpillSetBuilder inFlight(int operations, long byteSize) {
        settings.inFlight(operations, byteSize);
        return this;
    }

    /** For tests, which give files that fail. */
    SpillSetBuilder channels(SpillSettings.Channels channels) {
        settings.channels = channels;
        return this;
    }

    /** What these settings are at the moment of a build. */
    private record Requests(int stripes, int copies, boolean apartByDomain, PlacementPolicy policy, List<Tier> tiers)
            implements
                SetGround.Shape {
        @Override
        public VolumeRequest request(long extents) {
            VolumeRequest.Builder request =
                    VolumeRequest.ofExtents(extents).stripes(stripes).copies(copies).policy(policy);
            if (apartByDomain) {
                request.apartByDomain();
            }
            return request.tiers(tiers.toArray(Tier[]::new)).build();
        }
    }

    /**
     * Makes the files.
     *
     * @throws IllegalArgumentException if there is no volume, two have one name, one is smaller than a block, or stripes, copies and policy contradict each other
     * @throws java.nio.file.FileAlreadyExistsException if there is a file of a volume's name
     * @throws IOException if a file can't be made; none is left
     */
    public SpillSet build() throws IOException {
        if (volumes.isEmpty()) {
            throw new IllegalArgumentException("volumes: none (expected: one at least)");
        }
        Requests requests = new Requests(stripes, copies, apartByDomain, policy, tiers);
        // Checks the settings together, before any file is made.
        requests.request(Math.max(1, stripes));
        SpillCounters counters = new SpillCounters(settings.name);
        VolumeSet<SpillVolume> set = new VolumeSet<>();
        boolean built = false;
        try {
            for (Volume volume : volumes) {
                add(set, volume, counters);
            }
            built = true;
        } finally {
            if (!built) {
                for (Source<SpillVolume> source : set.sources()) {
                    source.handle().channel.close();
                }
            }
        }
        SetGround ground = new SetGround(set, requests, settings.blockBytes, counters);
        return new SpillSet(set, ground, settings.engine(ground, counters));
    }

    private void add(VolumeSet<SpillVolume> set, Volume volume, SpillCounters counters) throws IOException {
        SpillChannel channel = settings.channels.open(volume.file, settings.sync);
        boolean added = false;
        try {
            SpillVolume handle =
                    new SpillVolume(volume.name, channel, settings.blockBytes, shrinkBytes, counters);
            set.addSource(Source.of(volume.name, volume.limitBytes / settings.blockBytes, handle)
                    .tier(volume.tier).tags(volume.tags.toArray(String[]::new)));
            added = true;
        } finally {
            if (!added) {
                channel.close();
            }
        }
    }
}
