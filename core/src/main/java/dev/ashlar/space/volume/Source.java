package dev.ashlar.space.volume;

import java.util.Collections;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * What extents can be placed on: a disk, a file, a volume. Immutable.
 *
 * @param <H> what the caller reaches it by; never looked into, compared or printed
 */
public final class Source<H> {
    private final String name;
    private final long capacity;
    private final Tier tier;
    private final Set<String> tags;
    private final H handle;

    private Source(String name, long capacity, Tier tier, Set<String> tags, H handle) {
        this.name = name;
        this.capacity = capacity;
        this.tier = tier;
        this.tags = tags;
        this.handle = handle;
    }

    /**
     * A source of {@link Tier#CAPACITY} without tags.
     *
     * @param name by which pieces, messages and the set know it; not empty
     * @param capacity in extents, from 1 to 2^48
     * @param handle the caller's
     * @throws IllegalArgumentException if the name is empty or the capacity out of range
     */
    public static <H> Source<H> of(String name, long capacity, H handle) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name: empty (expected: a name)");
        }
        Checks.atLeast("capacity", capacity, 1);
        if (capacity > 1L << 48) {
            throw new IllegalArgumentException("capacity: " + capacity + " (expected: at most 2^48 extents)");
        }
        return new Source<>(name, capacity, Tier.CAPACITY, Set.of(), Objects.requireNonNull(handle, "handle"));
    }

    /** The same in another tier. */
    public Source<H> tier(Tier newTier) {
        return new Source<>(name, capacity, Objects.requireNonNull(newTier, "tier"), tags, handle);
    }

    /**
     * The same with these tags, in the place of those it had. Two sources with a tag in common are alike to {@link PlacementPolicy#CLING_BY_TAGS}.
     *
     * @throws IllegalArgumentException if a tag is empty
     */
    public Source<H> tags(String... newTags) {
        Set<String> set = new TreeSet<>();
        for (String tag : newTags) {
            if (tag.isEmpty()) {
                throw new IllegalArgumentException("tag: empty (expected: a word)");
            }
            set.add(tag);
        }
        return new Source<>(name, capacity, tier, Collections.unmodifiableSet(set), handle);
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Its extents. */
    public long capacity() {
        return capacity;
    }

    /** What it is good for. */
    public Tier tier() {
        return tier;
    }

    /** Its tags, in alphabetical order. */
    public Set<String> tags() {
        return tags;
    }

    /** What the caller reaches it by. */
    public H handle() {
        return handle;
    }

    /** Name, capacity, tier and tags; nothing of the handle. */
    @Override
    public String toString() {
        return name + " (" + capacity + " extents, " + tier + ", tags " + tags + ")";
    }
}
