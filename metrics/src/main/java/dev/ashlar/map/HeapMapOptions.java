package dev.ashlar.map;

/**
 * How fine a map is.
 *
 * @param strips the most strips with committed memory, 1 to 128; if more regions are committed, neighbours share a strip
 * @param columns of a strip, a power of two from 16 to 1024
 */
public record HeapMapOptions(int strips, int columns) {
    /** 64 strips of 256 columns. */
    public static final HeapMapOptions USUAL = new HeapMapOptions(64, 256);

    private static final int MOST_STRIPS = 128;
    private static final int LEAST_COLUMNS = 16;
    private static final int MOST_COLUMNS = 1024;

    /**
     * Checked options.
     *
     * @throws IllegalArgumentException if a number is out of its range, or the columns are no power of two
     */
    public HeapMapOptions {
        if (strips < 1 || strips > MOST_STRIPS) {
            throw new IllegalArgumentException("strips: %d (expected: 1 to %d)".formatted(strips, MOST_STRIPS));
        }
        if (columns < LEAST_COLUMNS || columns > MOST_COLUMNS || Integer.bitCount(columns) != 1) {
            throw new IllegalArgumentException(
                    "columns: %d (expected: a power of two from %d to %d)"
                            .formatted(columns, LEAST_COLUMNS, MOST_COLUMNS));
        }
    }
}
