package dev.ashlar.record;

/**
 * A map from numbers other than 0 to numbers that are not negative, without objects: blocks by address, threads by id.
 *
 * <p>Open addressing with linear probing and deletion by shifting back (Knuth, volume 3, section 6.4, algorithm R). Grows and shrinks with what is in
 * it. Owned by one thread.
 */
final class LongMap {
    /** In place of the value of what is not in here. */
    static final long NONE = -1;

    private static final int FIRST_SIZE = 64;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private long[] keys = new long[FIRST_SIZE];
    private long[] values = new long[FIRST_SIZE];
    private int count;

    int count() {
        return count;
    }

    /** The value of a key, or {@link #NONE}. */
    long get(long key) {
        int index = indexOf(key);
        return keys[index] == key ? values[index] : NONE;
    }

    /** Gives a key a value, in place of one that it may have. */
    void put(long key, long value) {
        if (key == 0 || value < 0) {
            throw new IllegalArgumentException("%d -> %d (expected: not 0 -> 0 or more)".formatted(key, value));
        }
        if (2 * (count + 1) > keys.length) {
            resize(2 * keys.length);
        }
        int index = indexOf(key);
        if (keys[index] == 0) {
            keys[index] = key;
            count++;
        }
        values[index] = value;
    }

    /** Takes a key out; the value that it had, or {@link #NONE}. */
    long remove(long key) {
        int hole = indexOf(key);
        if (keys[hole] == 0) {
            return NONE;
        }
        long value = values[hole];
        count--;
        int mask = keys.length - 1;
        for (int index = (hole + 1) & mask; keys[index] != 0; index = (index + 1) & mask) {
            // An entry may move into the hole if its own place is not between the two.
            if (((index - home(keys[index])) & mask) >= ((index - hole) & mask)) {
                keys[hole] = keys[index];
                values[hole] = values[index];
                hole = index;
            }
        }
        keys[hole] = 0;
        if (keys.length > FIRST_SIZE && 8 * count < keys.length) {
            resize(keys.length / 2);
        }
        return value;
    }

    /** Where a key is, or would be. */
    private int indexOf(long key) {
        int index = home(key);
        while (keys[index] != 0 && keys[index] != key) {
            index = (index + 1) & (keys.length - 1);
        }
        return index;
    }

    private int home(long key) {
        return (int) ((key * SPREAD) >>> Integer.SIZE) & (keys.length - 1);
    }

    private void resize(int size) {
        long[] oldKeys = keys;
        long[] oldValues = values;
        keys = new long[size];
        values = new long[size];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int index = indexOf(oldKeys[i]);
                keys[index] = oldKeys[i];
                values[index] = oldValues[i];
            }
        }
    }
}
