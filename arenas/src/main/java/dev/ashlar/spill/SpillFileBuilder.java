package dev.ashlar.spill;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

import dev.ashlar.space.SpaceAllocator;
import dev.ashlar.space.SpacePolicy;

/** Settings of a {@link SpillFile}. Not thread-safe. */
public final class SpillFileBuilder {
    private static final long DEFAULT_SHRINK_BYTES = 1 << 20;

    private final Path file;
    private final SpillSettings settings = new SpillSettings();
    private long limitBytes = 1L << 60;
    private long shrinkBytes = DEFAULT_SHRINK_BYTES;
    private SpacePolicy policy = SpacePolicy.FIRST_FIT;

    SpillFileBuilder(Path file) {
        this.file = file.toAbsolutePath();
        settings.name = file.toString();
    }

    /** The name in messages and meters; the path by default. */
    public SpillFileBuilder name(String name) {
        settings.name = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * How long the file may become; without a limit by default, but for the file system's.
     *
     * @throws IllegalArgumentException if it is not from 1 to 2^60
     */
    public SpillFileBuilder limit(long byteSize) {
        limitBytes = SpillSettings.inRange("limit", byteSize, 1, 1L << 60);
        return this;
    }

    /**
     * What offsets and lengths in the file are multiples of; 4,096 by default.
     *
     * @throws IllegalArgumentException if it is not a power of two from 512 to 2^30
     */
    public SpillFileBuilder blockSize(long byteSize) {
        settings.blockSize(byteSize);
        return this;
    }

    /** Where in the file contents are placed; {@link SpacePolicy#FIRST_FIT} by default, which keeps it short. */
    public SpillFileBuilder policy(SpacePolicy spacePolicy) {
        policy = Objects.requireNonNull(spacePolicy, "policy");
        return this;
    }

    /**
     * How many bytes must be free at the end of the file before it is made shorter; 1 MiB by default. An empty one always is.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public SpillFileBuilder shrinkBy(long byteSize) {
        shrinkBytes = SpillSettings.inRange("shrinkBy", byteSize, 1, Long.MAX_VALUE);
        return this;
    }

    /** Whether contents have reached the device before their block is freed; false by default: a spill need not outlive a crash. */
    public SpillFileBuilder sync(boolean sync) {
        settings.sync = sync;
        return this;
    }

    /**
     * How much may be under way in the background at once; 8 operations and 64 MiB by default. One operation may be larger, and then goes alone.
     *
     * @throws IllegalArgumentException if one is not positive
     */
    public SpillFileBuilder inFlight(int operations, long byteSize) {
        settings.inFlight(operations, byteSize);
        return this;
    }

    /** For tests, which give files that fail. */
    SpillFileBuilder channels(SpillSettings.Channels channels) {
        settings.channels = channels;
        return this;
    }

    /**
     * Makes the file.
     *
     * @throws java.nio.file.FileAlreadyExistsException if there is one of that name
     * @throws IOException if it can't be made
     */
    public SpillFile build() throws IOException {
        SpillCounters counters = new SpillCounters(settings.name);
        SpaceAllocator space = SpaceAllocator.builder().name(settings.name).limit(limitBytes).policy(policy).build();
        FileGround ground = new FileGround(
                settings.channels.open(file, settings.sync), space, settings.blockBytes, shrinkBytes, counters);
        return new SpillFile(file, ground, settings.engine(ground, counters));
    }
}
