package dev.ashlar.bench.aggregation;

import java.lang.foreign.MemorySegment;

import dev.ashlar.arenas.MemoryPool;

/** A hash table of groups in one block of a pool, with open addressing and linear probing. It is replaced by one of twice the size at three quarters full. */
final class GroupTable {
    private static final int FIRST_SLOTS = 256;
    private static final int LOAD_QUARTERS = 3;

    final MemorySegment block;
    private final long mask;
    private long groups;

    private GroupTable(MemorySegment block, long slots) {
        this.block = block;
        mask = slots - 1;
    }

    /** An empty one. */
    static GroupTable allocate(MemoryPool pool) {
        return allocate(pool, FIRST_SLOTS);
    }

    /** An empty one with room for so many groups. */
    static GroupTable allocateFor(MemoryPool pool, long groups) {
        long slots = FIRST_SLOTS;
        while (groups * 4 >= slots * LOAD_QUARTERS) {
            slots *= 2;
        }
        return allocate(pool, slots);
    }

    private static GroupTable allocate(MemoryPool pool, long slots) {
        return new GroupTable(pool.allocate(slots * Groups.BYTES, Long.BYTES).fill((byte) 0), slots);
    }

    long byteSize() {
        return block.byteSize();
    }

    long groups() {
        return groups;
    }

    boolean isFull() {
        return groups * 4 >= (mask + 1) * LOAD_QUARTERS;
    }

    /** The same groups with twice the slots; this one is free then. If the pool has no room, nothing has changed. */
    GroupTable grow(MemoryPool pool) {
        GroupTable larger = allocate(pool, 2 * (mask + 1));
        visit(larger::add);
        pool.free(block);
        return larger;
    }

    /** Adds to the key's group; there must be a free slot. */
    void add(long key, long count, long sum, long least, long greatest) {
        long slot = Rows.mix(key) & mask;
        while (true) {
            long offset = slot * Groups.BYTES;
            if (Groups.count(block, offset) == 0) {
                Groups.write(block, offset, key, count, sum, least, greatest);
                groups++;
                return;
            }
            if (Groups.key(block, offset) == key) {
                Groups.merge(block, offset, count, sum, least, greatest);
                return;
            }
            slot = (slot + 1) & mask;
        }
    }

    void visit(Groups.Visitor visitor) {
        for (long offset = 0; offset < block.byteSize(); offset += Groups.BYTES) {
            if (Groups.count(block, offset) != 0) {
                Groups.visit(block, offset, visitor);
            }
        }
    }

    /** Moves all groups to the front, so that they can be written without the gaps. It is no table any more afterwards. */
    MemorySegment pack() {
        long end = 0;
        for (long offset = 0; offset < block.byteSize(); offset += Groups.BYTES) {
            if (Groups.count(block, offset) != 0) {
                if (offset != end) {
                    MemorySegment.copy(block, offset, block, end, Groups.BYTES);
                }
                end += Groups.BYTES;
            }
        }
        return block.asSlice(0, end);
    }
}
