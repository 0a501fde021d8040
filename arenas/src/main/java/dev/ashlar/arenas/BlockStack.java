package dev.ashlar.arenas;

import java.util.Arrays;

/** The blocks of a scope, to be freed at its end. The first few need no array but this one's. Not thread-safe. */
final class BlockStack {
    private static final int FIRST_SIZE = 8;

    private long only;
    private long[] more = NONE;
    private int count;

    private static final long[] NONE = new long[0];

    /** Makes sure that the next push needs no memory, so that it can't fail. */
    void reserve() {
        if (count > 0 && count - 1 == more.length) {
            more = Arrays.copyOf(more, Math.max(FIRST_SIZE, 2 * more.length));
        }
    }

    void push(long block) {
        if (count == 0) {
            only = block;
        } else {
            more[count - 1] = block;
        }
        count++;
    }

    /** The block pushed last, taken out; or 0. */
    long pop() {
        if (count == 0) {
            return 0;
        }
        count--;
        return count == 0 ? only : more[count - 1];
    }
}
