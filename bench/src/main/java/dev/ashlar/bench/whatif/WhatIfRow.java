package dev.ashlar.bench.whatif;

import java.util.Objects;

import dev.ashlar.bench.replay.SettingTrials.Trial;
import org.jspecify.annotations.Nullable;

/**
 * How one setting did: either a trial, or why there is none.
 *
 * @param setting that was tried
 * @param trial its figures, or null
 * @param failure in words, or null
 */
public record WhatIfRow(Setting setting, @Nullable Trial trial, @Nullable String failure) {
    /**
     * Checks that there is one of the two.
     *
     * @throws IllegalArgumentException if there are both or none
     */
    public WhatIfRow {
        if ((trial == null) == (failure == null)) {
            throw new IllegalArgumentException(setting + ": trial " + trial + ", failure " + failure
                    + " (expected: exactly one of them)");
        }
    }

    /**
     * What it took at its worst moment.
     *
     * @return resident bytes, or committed ones where residence can't be read
     * @throws NullPointerException if it failed
     */
    public long footprintBytes() {
        Trial done = Objects.requireNonNull(trial, "trial");
        Long resident = done.peakResidentBytes();
        return resident != null ? resident : Objects.requireNonNull(done.peakCommittedBytes(), "peakCommittedBytes");
    }

    /**
     * How fast it was.
     *
     * @return nanoseconds per event, the median of the timed passes
     * @throws NullPointerException if it failed
     */
    public double nanosPerEvent() {
        return Objects.requireNonNull(trial, "trial").nanosPerEvent();
    }
}
