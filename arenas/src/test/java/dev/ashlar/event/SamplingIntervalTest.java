package dev.ashlar.event;

import java.util.OptionalLong;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class SamplingIntervalTest {
    @Test
    void parse_sizes_unitsArePowersOf1024() {
        assertEquals(OptionalLong.of(524_288), SamplingInterval.parse("524288"));
        assertEquals(OptionalLong.of(524_288), SamplingInterval.parse(" 512 kB "));
        assertEquals(OptionalLong.of(524_288), SamplingInterval.parse("512KiB"));
        assertEquals(OptionalLong.of(1 << 20), SamplingInterval.parse("1 MB"));
        assertEquals(OptionalLong.of(3L << 30), SamplingInterval.parse("3 gb"));
        assertEquals(OptionalLong.of(1), SamplingInterval.parse("1 B"));
    }

    @Test
    void parse_noSizes_areEmpty() {
        for (String text : new String[] {"", "0", "-1", "1.5 MB", "many", "1 TB", "999999999999999 GB"}) {
            assertEquals(OptionalLong.empty(), SamplingInterval.parse(text), text);
        }
    }

    @Test
    void combine_several_takesTheSmallestThatIsASize() {
        SamplingInterval setting = new SamplingInterval();
        assertEquals("1024", setting.combine(Set.of("1 MB", "1 kB", "0", "few")));
        assertEquals("524288", setting.combine(Set.of("few")));
    }
}
