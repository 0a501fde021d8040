package dev.ashlar.record;

import java.util.Random;

import dev.ashlar.record.Sampler.Sample;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the sampler chooses, and what that stands for. {@code -Dashlar.seed=N} reruns with another seed. */
class SamplerTest {
    private static final long SEED = Long.getLong("ashlar.seed", 7);
    private static final long INTERVAL = 512 << 10;

    private final Random random = new Random(SEED);
    private final Sampler sampler = new Sampler("sampled", INTERVAL, random::nextDouble);

    private static long weightOf(Sampler sampler, long addresses) {
        long weight = 0;
        for (long address = 1; address <= addresses; address++) {
            Sample sample = sampler.take(address);
            weight += sample == null ? 0 : sample.weight();
        }
        return weight;
    }

    /** Of n bytes a sum of weights has a variance of at most n times the interval: within five of its deviations, with a seed that is fixed. */
    private void checkEstimate(int count, long smallest, long largest) {
        long bytes = 0;
        for (int i = 1; i <= count; i++) {
            long byteSize = random.nextLong(smallest, largest + 1);
            sampler.allocated(i, byteSize, 0);
            bytes += byteSize;
        }
        long samples = sampler.live();
        double estimate = weightOf(sampler, count);
        double deviation = Math.sqrt((double) bytes * (INTERVAL + largest));
        long exact = bytes;
        assertTrue(
                Math.abs(estimate - exact) < 5 * deviation,
                () -> "seed %d: %.0f bytes by %d samples (expected: %d, give or take %.0f)".formatted(
                        SEED, estimate, samples, exact, 5 * deviation));
        assertEquals(0, sampler.live());
    }

    @Test
    void weights_ofSmallBlocks_estimateTheBytes() {
        checkEstimate(4_000_000, 16, 128);
    }

    @Test
    void weights_ofMixedBlocks_estimateTheBytes() {
        checkEstimate(100_000, 1, 100_000);
    }

    @Test
    void weights_ofLargeBlocks_estimateTheBytes() {
        checkEstimate(1000, 100_000, 10_000_000);
    }

    @Test
    void allocated_muchLargerThanTheInterval_isAlwaysSampledAsItself() {
        for (int i = 1; i <= 1000; i++) {
            assertTrue(sampler.allocated(i, 100 * INTERVAL, 0));
        }
        assertEquals(1000 * 100 * INTERVAL, weightOf(sampler, 1000));
    }

    @Test
    void allocated_ofNoSize_countsAsOneByte() {
        Sampler all = new Sampler("all", 1, () -> 0.5);
        assertTrue(all.allocated(1, 0, 0));
        Sample sample = all.take(1);
        assertNotNull(sample);
        assertEquals(0, sample.byteSize());
        assertEquals(2, sample.weight());
    }

    @Test
    void allocated_manySamplesAreLive_isMissedUntilSomeAreFreed() {
        Sampler bounded = new Sampler("bounded", 1, () -> 0, 3);
        for (int i = 1; i <= 5; i++) {
            assertEquals(i <= 3, bounded.allocated(i, 100, 0));
        }
        assertEquals(3, bounded.live());
        assertEquals(2, bounded.missed());
        Sample sample = bounded.take(2);
        assertNotNull(sample);
        bounded.freed(sample, true);
        assertTrue(bounded.allocated(6, 100, 0));
        assertFalse(bounded.allocated(7, 100, 0));
    }

    @Test
    void freed_failed_isLiveAsBefore() {
        Sampler all = new Sampler("all", 1, () -> 0);
        assertTrue(all.allocated(16, 100, 3));
        Sample sample = all.take(16);
        assertNotNull(sample);
        assertNull(all.take(16));
        all.freed(sample, false);
        assertEquals(sample, all.take(16));
    }

    @Test
    void sites_ofSome_sumTheBytesOfEachSite() {
        Sampler all = new Sampler("all", 1, () -> 0);
        assertEquals("", all.sites(_ -> true));
        all.allocated(16, 100, 3);
        all.allocated(32, 200, 4);
        assertTrue(all.sites(sample -> sample.owner() == 4).endsWith(" (about 200 bytes)"));
        assertTrue(all.sites(_ -> true).endsWith(" (about 300 bytes)"), all.sites(_ -> true));
    }
}
