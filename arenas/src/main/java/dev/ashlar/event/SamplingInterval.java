package dev.ashlar.event;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import jdk.jfr.SettingControl;

/**
 * How many bytes are requested between two samples on average, as a setting of {@link BlockAllocated}: {@code 524288}, {@code 512 kB},
 * {@code 1 MB}; units are powers of 1,024. Of several recordings the smallest counts. What is no such size is ignored.
 */
public final class SamplingInterval extends SettingControl {
    /** The interval if no recording says another one. */
    public static final long DEFAULT_BYTES = 512 << 10;

    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*(|b|kb|kib|mb|mib|gb|gib)");
    private static final int KIBI_SHIFT = 10;

    private static volatile long bytes = DEFAULT_BYTES;

    /** Made by Flight Recorder. */
    public SamplingInterval() {}

    /** The interval in force, 1 or more. */
    public static long bytes() {
        return bytes;
    }

    @Override
    public String combine(Set<String> values) {
        return Long.toString(values.stream()
                .map(SamplingInterval::parse)
                .flatMapToLong(OptionalLong::stream)
                .min()
                .orElse(DEFAULT_BYTES));
    }

    @Override
    public void setValue(String value) {
        parse(value).ifPresent(found -> bytes = found);
    }

    @Override
    public String getValue() {
        return Long.toString(bytes);
    }

    /** Bytes of a size as text, if it is one. */
    static OptionalLong parse(String value) {
        Matcher size = SIZE.matcher(value.strip().toLowerCase(Locale.ROOT));
        if (!size.matches()) {
            return OptionalLong.empty();
        }
        int shift = KIBI_SHIFT * switch (size.group(2)) {
            case "", "b" -> 0;
            case "kb", "kib" -> 1;
            case "mb", "mib" -> 2;
            default -> 3;
        };
        long number = Long.parseLong(size.group(1));
        return number == 0 || number > Long.MAX_VALUE >> shift
                ? OptionalLong.empty()
                : OptionalLong.of(number << shift);
    }
}
