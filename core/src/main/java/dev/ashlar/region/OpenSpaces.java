package dev.ashlar.region;

import java.lang.ref.WeakReference;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.ashlar.block.Geometry;
import org.jspecify.annotations.Nullable;

/**
 * The open heaps and pools of this process, so that a refused free can tell another's block from what is nobody's. Only looked at when
 * an error is described. Thread-safe; keeps none of them.
 */
public final class OpenSpaces {
    private static final CopyOnWriteArrayList<Entry> ENTRIES = new CopyOnWriteArrayList<>();

    private OpenSpaces() {}

    /**
     * Notes that a range has an owner now.
     *
     * @param owner object that the range lives as long as, or until {@link #remove}
     * @param name as messages give it, like {@code heap 'sort'}
     */
    public static void add(Object owner, Geometry geometry, String name) {
        ENTRIES.removeIf(entry -> entry.owner.get() == null);
        ENTRIES.add(new Entry(new WeakReference<>(owner), geometry, name));
    }

    /** Notes that an owner is closed. */
    public static void remove(Object owner) {
        ENTRIES.removeIf(entry -> entry.owner.refersTo(null) || entry.owner.refersTo(owner));
    }

    /** The name of the open owner that an address belongs to, or null. */
    public static @Nullable String ownerOf(long address) {
        for (Entry entry : ENTRIES) {
            if (entry.geometry.contains(address) && entry.owner.get() != null) {
                return entry.name;
            }
        }
        return null;
    }

    private record Entry(WeakReference<Object> owner, Geometry geometry, String name) {}
}
