package dev.ashlar.space;

import java.util.Collection;
import java.util.Objects;

/** Settings of a {@link BitmapSpace}, and the ways to make one: empty, from a saved map, from what is in use. Not thread-safe. */
public final class BitmapSpaceBuilder {
    static final long MAX_UNITS = 1L << 40;

    private final long units;
    private String name = "volume";
    private SpacePolicy policy = SpacePolicy.FIRST_FIT;

    BitmapSpaceBuilder(long units) {
        this.units = checkUnits(units, MAX_UNITS);
    }

    static long checkUnits(long units, long most) {
        if (units < 1 || units > most) {
            throw new IllegalArgumentException("units: " + units + " (expected: 1 to " + most + ")");
        }
        return units;
    }

    /** The name in messages; "volume" by default. */
    public BitmapSpaceBuilder name(String name) {
        this.name = Objects.requireNonNull(name, "name");
        return this;
    }

    /** Where requests are placed; {@link SpacePolicy#FIRST_FIT} by default. */
    public BitmapSpaceBuilder policy(SpacePolicy policy) {
        this.policy = Objects.requireNonNull(policy, "policy");
        return this;
    }

    /** A volume that is all free. */
    public BitmapSpace build() {
        return new BitmapSpace(name, units, policy);
    }

    /**
     * A volume in which exactly these extents are in use. They may be in any order, and may touch.
     *
     * @throws IllegalArgumentException if two of them overlap, or if one is not within the volume
     */
    public BitmapSpace rebuild(Collection<Extent> inUse) {
        return new BitmapSpace(name, VolumeSpaceBuilder.mapOf(units, policy, inUse));
    }

    /**
     * The volume that a map was saved of: its policy, what is free in it, and where next fit goes on. The policy of this builder is not asked.
     *
     * @throws IllegalArgumentException if the map is not of a volume of so many units
     */
    public BitmapSpace load(SpaceMap map) {
        VolumeSpaceBuilder.checkMap(map, units);
        return new BitmapSpace(name, map);
    }
}
