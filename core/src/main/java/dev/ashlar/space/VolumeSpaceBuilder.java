package dev.ashlar.space;

import java.util.Collection;
import java.util.Objects;

/**
 * Makes the space of a volume of units, as a {@link BitmapSpace} or as a {@link SpaceAllocator} that neither grows nor shrinks: both place the
 * same requests at the same units. Not thread-safe; the spaces it makes are.
 *
 * <p>A bitmap takes a bit for each unit, whatever is allocated; trees take some 50 bytes for each free extent, whatever its length. So the
 * smaller one is taken, and the bitmap for volumes of up to 2^20 units anyway: 128 KiB.
 */
public final class VolumeSpaceBuilder {
    /** How what is free in a volume is kept. */
    public enum Representation {
        /** By what it is expected to take. */
        SMALLEST,
        /** A bit for each unit. */
        BITMAP,
        /** Trees of free extents. */
        EXTENTS
    }

    private static final long SMALL_UNITS = 1L << 20;
    private static final long BYTES_PER_EXTENT = 50;
    // With the summaries, which take 2 % more.
    private static final double BYTES_PER_UNIT = 1.02 / Byte.SIZE;
    private static final long DEFAULT_EXTENT_UNITS = 64;

    private final long units;
    private String name = "volume";
    private SpacePolicy policy = SpacePolicy.FIRST_FIT;
    private Representation representation = Representation.SMALLEST;
    private long freeExtents;

    VolumeSpaceBuilder(long units) {
        this.units = BitmapSpaceBuilder.checkUnits(units, Long.MAX_VALUE);
        freeExtents = units / (2 * DEFAULT_EXTENT_UNITS);
    }

    /** The name in messages; "volume" by default. */
    public VolumeSpaceBuilder name(String name) {
        this.name = Objects.requireNonNull(name, "name");
        return this;
    }

    /** Where requests are placed; {@link SpacePolicy#FIRST_FIT} by default. */
    public VolumeSpaceBuilder policy(SpacePolicy policy) {
        this.policy = Objects.requireNonNull(policy, "policy");
        return this;
    }

    /** How what is free is kept; {@link Representation#SMALLEST} by default. */
    public VolumeSpaceBuilder representation(Representation representation) {
        this.representation = Objects.requireNonNull(representation, "representation");
        return this;
    }

    /**
     * How many free extents there will be when the volume is as fragmented as it gets; by default one for 128 units, as of extents of 64 and
     * gaps of 64.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public VolumeSpaceBuilder expectedFreeExtents(long count) {
        if (count < 0) {
            throw new IllegalArgumentException("expectedFreeExtents: " + count + " (expected: 0 or more)");
        }
        freeExtents = count;
        return this;
    }

    /** The representation that {@link #build()} takes. */
    public Representation chosen() {
        if (representation != Representation.SMALLEST) {
            return representation;
        }
        boolean bitmap = units <= SMALL_UNITS || (units <= BitmapSpaceBuilder.MAX_UNITS
                && (double) units * BYTES_PER_UNIT <= (double) freeExtents * BYTES_PER_EXTENT);
        return bitmap ? Representation.BITMAP : Representation.EXTENTS;
    }

    /**
     * A volume that is all free.
     *
     * @throws IllegalArgumentException if it is to be a bitmap, and has more than 2^40 units
     */
    public Space build() {
        return make(new SpaceMap(SpaceMap.VOLUME, policy, 0, units, units, 0, ExtentList.of(0, units)));
    }

    /**
     * A volume in which exactly these extents are in use. They may be in any order, and may touch.
     *
     * @throws IllegalArgumentException if two of them overlap, or if one is not within the volume; or as of {@link #build()}
     */
    public Space rebuild(Collection<Extent> inUse) {
        return make(mapOf(units, policy, inUse));
    }

    /**
     * The volume that a map was saved of, of either representation: its policy, what is free in it, and where next fit goes on. The policy of
     * this builder is not asked.
     *
     * @throws IllegalArgumentException if the map is not of a volume of so many units; or as of {@link #build()}
     */
    public Space load(SpaceMap map) {
        checkMap(map, units);
        return make(map);
    }

    private Space make(SpaceMap map) {
        if (chosen() == Representation.BITMAP) {
            BitmapSpaceBuilder.checkUnits(units, BitmapSpaceBuilder.MAX_UNITS);
            return new BitmapSpace(name, map);
        }
        return new SpaceAllocator(new GrowingSpace(name, map), true);
    }

    static SpaceMap mapOf(long units, SpacePolicy policy, Collection<Extent> inUse) {
        ExtentList.Builder free = new ExtentList.Builder(inUse.size() + 1L);
        long end = Gaps.between(inUse, 0, units, free);
        if (end < units) {
            free.add(end, units - end);
        }
        return new SpaceMap(SpaceMap.VOLUME, policy, 0, units, units, 0, free.build());
    }

    static void checkMap(SpaceMap map, long units) {
        map.expectKind(SpaceMap.VOLUME, "a volume");
        if (map.start() != 0 || map.end() != units || map.limit() != units) {
            throw new IllegalArgumentException("map: of " + Requests.range(map.start(), map.end()) + " (expected: "
                    + Requests.range(0, units) + ")");
        }
    }
}
