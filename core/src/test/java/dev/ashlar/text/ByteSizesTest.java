package dev.ashlar.text;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class ByteSizesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "60817408, 58.0 MiB",
        "1073741824, 1.0 GiB",
        "1099511627776, 1.0 TiB",
        "9223372036854775807, 8388608.0 TiB"
    })
    void format(long bytes, String expected) {
        assertEquals(expected, ByteSizes.format(bytes));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "65536, 65536", "12 B, 12", "64k, 65536", "64 KiB, 65536", "512MB, 536870912", "4g, 4294967296",
        "1TiB, 1099511627776"})
    void parse(String text, long expected) {
        assertEquals(expected, ByteSizes.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "MiB", "-1", "1.5G", "5Q", "99999999999999999T", "1 000"})
    void parse_noSize_isRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> ByteSizes.parse(text));
    }
}
