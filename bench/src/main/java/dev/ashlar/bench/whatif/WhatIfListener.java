package dev.ashlar.bench.whatif;

import dev.ashlar.bench.replay.SettingTrials;

/** Hears how far it is. Called by the thread that called {@link WhatIf#run}. */
public interface WhatIfListener {
    /**
     * A step begins.
     *
     * @param number of the step, from 0
     * @param total number of steps
     * @param what is done
     */
    void stepStarted(int number, int total, String what);

    /**
     * The trace has been read, and is sound as far as it is replayed.
     *
     * @param trials that are about to begin
     */
    void traceRead(SettingTrials trials);

    /**
     * A setting has been tried.
     *
     * @param row how it did
     */
    void rowEnded(WhatIfRow row);
}
