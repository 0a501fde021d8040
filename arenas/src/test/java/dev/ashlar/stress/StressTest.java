package dev.ashlar.stress;

import java.io.IOException;
import java.security.SecureRandom;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Many threads against an independent account of what is live: for a minute in all, or {@code -Dashlar.stress.seconds}. {@code -Dashlar.seed}
 * repeats the threads' choices, though not what the scheduler makes of them.
 */
class StressTest {
    private static final long SECONDS = Long.getLong("ashlar.stress.seconds", 60);
    private static final long SEED = Long.getLong("ashlar.seed", new SecureRandom().nextLong());

    @ParameterizedTest
    @EnumSource
    void everyBlock_isItsHoldersAlone(Plan plan) throws InterruptedException, IOException {
        long millis = SECONDS * 1000 / Plan.values().length;
        System.out.printf("stress %s: -Dashlar.seed=%d, %d ms%n", plan, SEED, millis);
        new StressRun(plan, SEED, millis).run();
    }
}
