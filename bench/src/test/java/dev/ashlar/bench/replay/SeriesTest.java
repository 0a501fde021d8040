package dev.ashlar.bench.replay;

import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A few samples of many, equally far apart. */
class SeriesTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255, 256, 257, 511, 512, 513, 5000, 100_000})
    void samples_ofAnyNumber_areFewAndEquallyFarApart(int count) {
        Series series = new Series();
        for (int i = 0; i < count; i++) {
            series.add(new Sample(i, null, null, null));
        }
        List<Sample> samples = series.samples();
        assertTrue(samples.size() <= Series.MAX_SAMPLES, "samples: " + samples.size());
        assertTrue(samples.size() >= Math.min(count, Series.MAX_SAMPLES / 2), "samples: " + samples.size());
        long distance = samples.size() < 2 ? 0 : samples.get(1).event() - samples.get(0).event();
        for (int i = 0; i < samples.size(); i++) {
            assertEquals(i * distance, samples.get(i).event());
        }
    }
}
