package dev.ashlar.arena;

/**
 * Which large blocks belong to a budget or a scope, and not to the pool itself: a map from address to owner. A cell has its owner in
 * its header; a block's header has no room for one.
 *
 * <p>Open addressing with linear probing and deletion by shifting back (Knuth, volume 3, section 6.4, algorithm R). Grows and shrinks with what is in
 * it. Guarded by the arena's lock.
 */
final class OwnedBlocks {
    private static final int FIRST_SIZE = 16;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private long[] blocks = new long[FIRST_SIZE];
    private short[] owners = new short[FIRST_SIZE];
    private int count;

    int count() {
        return count;
    }

    /** The owner of a block, or 0. */
    int get(long block) {
        return count == 0 ? 0 : owners[indexOf(block)];
    }

    /** Notes the owner, not 0, of a block that is not in here. */
    void put(long block, int owner) {
        if (2 * (count + 1) > blocks.length) {
            resize(2 * blocks.length);
        }
        int index = indexOf(block);
        blocks[index] = block;
        owners[index] = (short) owner;
        count++;
    }

    /** Forgets a block, if it is in here. */
    void remove(long block) {
        int hole = indexOf(block);
        if (owners[hole] == 0) {
            return;
        }
        count--;
        int mask = blocks.length - 1;
        for (int index = (hole + 1) & mask; owners[index] != 0; index = (index + 1) & mask) {
            // An entry may move into the hole if its own place is not between the two.
            if (((index - home(blocks[index])) & mask) >= ((index - hole) & mask)) {
                blocks[hole] = blocks[index];
                owners[hole] = owners[index];
                hole = index;
            }
        }
        blocks[hole] = 0;
        owners[hole] = 0;
        if (blocks.length > FIRST_SIZE && 8 * count < blocks.length) {
            resize(blocks.length / 2);
        }
    }

    private int indexOf(long block) {
        int index = home(block);
        while (owners[index] != 0 && blocks[index] != block) {
            index = (index + 1) & (blocks.length - 1);
        }
        return index;
    }

    private int home(long block) {
        return (int) ((block * SPREAD) >>> Integer.SIZE) & (blocks.length - 1);
    }

    private void resize(int size) {
        long[] oldBlocks = blocks;
        short[] oldOwners = owners;
        blocks = new long[size];
        owners = new short[size];
        for (int i = 0; i < oldBlocks.length; i++) {
            if (oldOwners[i] != 0) {
                int index = indexOf(oldBlocks[i]);
                blocks[index] = oldBlocks[i];
                owners[index] = oldOwners[i];
            }
        }
    }
}
