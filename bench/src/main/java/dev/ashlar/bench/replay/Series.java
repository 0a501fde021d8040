package dev.ashlar.bench.replay;

import java.util.ArrayList;
import java.util.List;

/** Samples of one pass, few enough to be shown: when there are too many, every other one is dropped, and from then on taken half as often. */
final class Series {
    static final int MAX_SAMPLES = 256;

    private final List<Sample> samples = new ArrayList<>();
    private int every = 1;
    private int offered;

    /** Takes a sample, or leaves it out. */
    void add(Sample sample) {
        if (offered++ % every != 0) {
            return;
        }
        if (samples.size() == MAX_SAMPLES) {
            thin();
            every *= 2;
            if ((offered - 1) % every != 0) {
                return;
            }
        }
        samples.add(sample);
    }

    private void thin() {
        for (int i = 0; i < MAX_SAMPLES / 2; i++) {
            samples.set(i, samples.get(2 * i));
        }
        samples.subList(MAX_SAMPLES / 2, MAX_SAMPLES).clear();
    }

    /** Those that were kept, equally far apart. */
    List<Sample> samples() {
        return List.copyOf(samples);
    }
}
