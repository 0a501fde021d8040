package dev.ashlar.heap;

import java.lang.ref.WeakReference;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.ashlar.block.Geometry;
import org.jspecify.annotations.Nullable;

/**
 * The open heaps of this process, so that a refused free can tell another heap's block from what is nobody's. Only looked at when an
 * error is described. Thread-safe; holds no heap.
 */
final class OpenHeaps {
    private static final CopyOnWriteArrayList<Entry> ENTRIES = new CopyOnWriteArrayList<>();

    private OpenHeaps() {}

    static void add(Heap heap, Geometry geometry) {
        ENTRIES.removeIf(entry -> entry.heap.get() == null);
        ENTRIES.add(new Entry(new WeakReference<>(heap), geometry, heap.name()));
    }

    static void remove(Heap heap) {
        ENTRIES.removeIf(entry -> entry.heap.get() == null || entry.heap.get() == heap);
    }

    /** The name of the open heap that an address belongs to, or null. */
    static @Nullable String ownerOf(long address) {
        for (Entry entry : ENTRIES) {
            if (entry.geometry.contains(address) && entry.heap.get() != null) {
                return entry.name;
            }
        }
        return null;
    }

    private record Entry(WeakReference<Heap> heap, Geometry geometry, String name) {}
}
