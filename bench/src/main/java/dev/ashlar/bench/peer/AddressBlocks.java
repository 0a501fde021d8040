package dev.ashlar.bench.peer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import dev.ashlar.bench.memory.Memory;

/** Blocks that are addresses. An empty slot holds 0, where no block lies. */
public final class AddressBlocks implements Blocks {
    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long EMPTY = 0;

    private final long[] addresses;

    AddressBlocks(int slotCount) {
        addresses = new long[slotCount];
    }

    void put(int slot, long address) {
        addresses[slot] = address;
    }

    /** Empties a slot. */
    long take(int slot) {
        long address = addresses[slot];
        addresses[slot] = EMPTY;
        return address;
    }

    @Override
    public int slotCount() {
        return addresses.length;
    }

    @Override
    public boolean isEmpty(int slot) {
        return addresses[slot] == EMPTY;
    }

    @Override
    public long address(int slot) {
        return addresses[slot];
    }

    @Override
    public void move(int slot, Blocks to, int toSlot) {
        ((AddressBlocks) to).put(toSlot, take(slot));
    }

    @Override
    public void exchange(int slot, Blocks shared, int sharedSlot) {
        addresses[slot] = (long) ELEMENT.getAndSet(((AddressBlocks) shared).addresses, sharedSlot, addresses[slot]);
    }

    @Override
    public byte readByte(int slot, long offset) {
        return Memory.getByte(addresses[slot] + offset);
    }

    @Override
    public void writeByte(int slot, long offset, byte value) {
        Memory.putByte(addresses[slot] + offset, value);
    }

    @Override
    public long readLong(int slot, long offset) {
        return Memory.getLong(addresses[slot] + offset);
    }

    @Override
    public void writeLong(int slot, long offset, long value) {
        Memory.putLong(addresses[slot] + offset, value);
    }

    @Override
    public void fill(int slot, long byteSize, byte value) {
        Memory.fill(addresses[slot], byteSize, value);
    }
}
