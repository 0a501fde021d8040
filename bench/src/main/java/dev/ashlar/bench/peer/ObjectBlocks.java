package dev.ashlar.bench.peer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * Blocks that are objects of one class.
 *
 * @param <T> class of a block
 */
abstract class ObjectBlocks<T> implements Blocks {
    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(Object[].class);

    // Objects, and not T: the class is known where they are taken out.
    private final @Nullable Object[] objects;
    private final Class<T> type;

    ObjectBlocks(int slotCount, Class<T> type) {
        this.objects = new Object[slotCount];
        this.type = type;
    }

    final void put(int slot, T block) {
        objects[slot] = block;
    }

    final T get(int slot) {
        Object block = objects[slot];
        if (block == null) {
            throw new IllegalStateException("slot " + slot + ": empty (expected: a block)");
        }
        return type.cast(block);
    }

    /** Empties a slot. */
    final T take(int slot) {
        T block = get(slot);
        objects[slot] = null;
        return block;
    }

    @Override
    public final int slotCount() {
        return objects.length;
    }

    @Override
    public final boolean isEmpty(int slot) {
        return objects[slot] == null;
    }

    @Override
    public final void move(int slot, Blocks to, int toSlot) {
        ((ObjectBlocks<?>) to).objects[toSlot] = take(slot);
    }

    @Override
    public final void exchange(int slot, Blocks shared, int sharedSlot) {
        objects[slot] = ELEMENT.getAndSet(((ObjectBlocks<?>) shared).objects, sharedSlot, objects[slot]);
    }
}
