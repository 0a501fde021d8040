package dev.ashlar.bench.demo;

import java.util.SplittableRandom;

import dev.ashlar.spill.SpillException;

/** What a worker does, with what it keeps from one step to the next. Confined to the worker. */
interface Part {
    /**
     * One step. Keeps nothing half done if it throws.
     *
     * @throws dev.ashlar.PoolExhaustedException if there is no room
     */
    void step(SplittableRandom random) throws SpillException;

    /** Frees what it keeps. */
    void end() throws SpillException;
}
