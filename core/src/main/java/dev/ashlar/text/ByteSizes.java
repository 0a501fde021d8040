package dev.ashlar.text;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of bytes as people write and read them. A unit is a power of 1,024. */
public final class ByteSizes {
    private static final String UNITS = "KMGT";
    private static final int BITS_PER_UNIT = 10;
    private static final Pattern SIZE =
            Pattern.compile("(\\d{1,18}) ?(?:([KMGT])(?:i?B)?|B)?", Pattern.CASE_INSENSITIVE);

    private ByteSizes() {}

    /**
     * Formats a size with one decimal, in the largest unit of which it holds one.
     *
     * @param bytes 0 or more
     * @return a text such as {@code 512 B} or {@code 58.0 MiB}
     */
    public static String format(long bytes) {
        int unit = (Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(bytes, 1))) / BITS_PER_UNIT;
        if (unit == 0) {
            return bytes + " B";
        }
        int shown = Math.min(unit, UNITS.length());
        double value = bytes / (double) (1L << (shown * BITS_PER_UNIT));
        return String.format(Locale.ROOT, "%.1f %siB", value, UNITS.charAt(shown - 1));
    }

    /**
     * Reads a size such as {@code 65536}, {@code 64k}, {@code 64 KiB} or {@code 1GB}; capitals do not matter.
     *
     * @param text to read
     * @return the bytes
     * @throws IllegalArgumentException if the text is no size, or above {@code Long.MAX_VALUE}
     */
    public static long parse(String text) {
        Matcher matcher = SIZE.matcher(text.strip());
        if (!matcher.matches()) {
            throw notASize(text);
        }
        long number = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2);
        int shift = unit == null ? 0 : (UNITS.indexOf(unit.toUpperCase(Locale.ROOT)) + 1) * BITS_PER_UNIT;
        if (number > Long.MAX_VALUE >> shift) {
            throw notASize(text);
        }
        return number << shift;
    }

    private static IllegalArgumentException notASize(String text) {
        return new IllegalArgumentException(
                "\"" + text + "\" (expected: a number of bytes, or one with a unit, such as 64KiB, 512MiB or 4GiB)");
    }
}
