package dev.ashlar.pool;

import java.util.concurrent.ThreadLocalRandom;

import dev.ashlar.event.BlockAllocated;
import dev.ashlar.event.RecordingWatch;
import dev.ashlar.event.SamplingInterval;
import dev.ashlar.lock.LockRank;
import dev.ashlar.record.Sampler;
import org.jspecify.annotations.Nullable;

import static java.lang.System.Logger.Level.INFO;

/**
 * Samples a pool's blocks exactly while a recording of Flight Recorder enables {@link BlockAllocated}: told when recordings start and stop, and asked by the
 * worker, as settings may change in between.
 */
final class Sampling {
    private final String poolName;
    private final Observation observation;

    /** One object, as it is held weakly. */
    private final Runnable watcher = this::update;

    private boolean ended;

    Sampling(String poolName, Observation observation) {
        this.poolName = poolName;
        this.observation = observation;
    }

    /** Begins to follow recordings, that which run already among them. */
    void begin() {
        RecordingWatch.add(watcher);
        update();
    }

    /** Does what the recordings of this moment want. */
    void update() {
        Sampler over;
        assert LockRank.SAMPLING.enter();
        try {
            over = adjust();
        } finally {
            assert LockRank.SAMPLING.leave();
        }
        if (over != null) {
            report(over);
        }
    }

    /** The sampler that samples no more, or null. */
    private synchronized @Nullable Sampler adjust() {
        Sampler sampler = observation.sampler();
        if (ended || !BlockAllocated.isOn()) {
            if (sampler != null) {
                observation.sampler(null);
            }
            return sampler;
        }
        if (sampler == null) {
            observation.sampler(newSampler());
        } else if (sampler.intervalBytes() != SamplingInterval.bytes()) {
            sampler.intervalBytes(SamplingInterval.bytes());
        }
        return null;
    }

    private Sampler newSampler() {
        return new Sampler(
                poolName, SamplingInterval.bytes(), () -> ThreadLocalRandom.current().nextDouble());
    }

    private void report(Sampler sampler) {
        if (sampler.missed() > 0) {
            System.getLogger("dev.ashlar")
                    .log(INFO,
                            "pool '%s': %d blocks were not sampled, as %d samples were live (expected: fewer, by a larger interval)"
                                    .formatted(poolName, sampler.missed(), sampler.live()));
        }
    }

    /** The pool is closed. */
    void end() {
        RecordingWatch.remove(watcher);
        synchronized (this) {
            ended = true;
        }
        update();
    }
}
