package dev.ashlar.map;

import java.util.Arrays;

import dev.ashlar.MemoryState;

/** Bytes by state of so many columns, and the sizes of the blocks that they are of. Not thread-safe. */
@SuppressWarnings("EnumOrdinal") // Rows of arrays; nothing of it is stored.
final class StateBytes {
    private static final int STATES = MemoryState.values().length;

    private final int columns;

    /** By column and state. */
    private final long[] bytes;

    /** The same, each byte multiplied by log2 of the size of its block. */
    private final long[] weights;

    StateBytes(int columns) {
        this.columns = columns;
        bytes = new long[columns * STATES];
        weights = new long[columns * STATES];
    }

    int columns() {
        return columns;
    }

    void add(int column, MemoryState state, long count, int log2) {
        bytes[column * STATES + state.ordinal()] += count;
        weights[column * STATES + state.ordinal()] += count * log2;
    }

    long bytes(int column, MemoryState state) {
        return bytes[column * STATES + state.ordinal()];
    }

    /** The mean block of the bytes in a state, each byte counted once, as a power of two; 0 if there is none. */
    long meanBlockBytes(int column, MemoryState state) {
        long count = bytes(column, state);
        return count == 0 ? 0 : 1L << ((weights[column * STATES + state.ordinal()] + count / 2) / count);
    }

    long bytes(MemoryState state) {
        long sum = 0;
        for (int column = 0; column < columns; column++) {
            sum += bytes(column, state);
        }
        return sum;
    }

    /** Adds others' columns to these, several to one: those from {@code column} on. */
    void addFrom(StateBytes finer, int several, int column) {
        for (int from = 0; from < finer.columns; from++) {
            for (int state = 0; state < STATES; state++) {
                int to = (column + from / several) * STATES + state;
                bytes[to] += finer.bytes[from * STATES + state];
                weights[to] += finer.weights[from * STATES + state];
            }
        }
    }

    /** The first of these columns. */
    StateBytes first(int count) {
        StateBytes part = new StateBytes(count);
        System.arraycopy(bytes, 0, part.bytes, 0, part.bytes.length);
        System.arraycopy(weights, 0, part.weights, 0, part.weights.length);
        return part;
    }

    /** Whether two columns have the same bytes of the same sizes. */
    boolean equal(int column, int other) {
        return Arrays.equals(
                bytes, column * STATES, (column + 1) * STATES, bytes, other * STATES, (other + 1) * STATES)
                && Arrays.equals(
                        weights, column * STATES, (column + 1) * STATES, weights, other * STATES, (other + 1) * STATES);
    }
}
