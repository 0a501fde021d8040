package dev.ashlar.fit;

import java.util.Random;

import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Windows made by hand, of 1,000 requests each. */
class PolicySelectorTest {
    private static final long IN_USE = 1_000_000;
    private static final int LONG = 10_000;

    /** A window that is being described. */
    private static final class Described {
        double scattered;
        double missRate;
        double largeShare = 0.5;
        double searchLength;
        int regions = 10;
        double seconds;
        double lifetimeWindows = 1;

        Described scattered(double share) {
            scattered = share;
            return this;
        }

        Described missRate(double rate) {
            missRate = rate;
            return this;
        }

        Described largeShare(double share) {
            largeShare = share;
            return this;
        }

        Described searchLength(double steps) {
            searchLength = steps;
            return this;
        }

        Described regions(int count) {
            regions = count;
            return this;
        }

        Described seconds(double length) {
            seconds = length;
            return this;
        }

        Described lifetimeWindows(double windows) {
            lifetimeWindows = windows;
            return this;
        }

        FitWindow build() {
            FitWindow window = new FitWindow();
            long live = (long) (1000 * lifetimeWindows);
            window.begin(live, 0, 0);
            for (int i = 0; i < 1000; i++) {
                window.served(i < 1000 * largeShare ? 64 : 4);
                if (i < 1000 * missRate) {
                    window.missed();
                }
            }
            window.end(live, (long) (1000 * searchLength), (long) (seconds * 1e9));
            window.free(regions, IN_USE, (long) (IN_USE * scattered) + 1000, 1000);
            return window;
        }
    }

    private static Described window() {
        return new Described();
    }

    private static PolicySelector selector(FitPolicy inForce) {
        PolicySelector selector = new PolicySelector(
                inForce == FitPolicy.SEGREGATED_FIT ? Favour.SPEED : Favour.FOOTPRINT);
        if (inForce == FitPolicy.FIRST_FIT) {
            feed(selector, window().scattered(0.5), PolicySelector.WINDOWS);
        }
        assertEquals(inForce, selector.inForce());
        return selector;
    }

    /** Shows the same window so many times; how often the policy changed. */
    private static int feed(PolicySelector selector, Described window, int times) {
        int switches = 0;
        for (int i = 0; i < times; i++) {
            FitPolicy before = selector.inForce();
            boolean switched = selector.consider(window.build());
            assertEquals(switched, before != selector.inForce());
            switches += switched ? 1 : 0;
        }
        return switches;
    }

    @ParameterizedTest
    @CsvSource({"SPEED, SEGREGATED_FIT", "FOOTPRINT, BEST_FIT"})
    void new_favour_beginsWithItsPolicy(Favour favour, FitPolicy expected) {
        assertEquals(expected, new PolicySelector(favour).inForce());
        assertEquals(favour, new PolicySelector(favour).favour());
    }

    /** Evidence that holds forever, and the policy it leads to. */
    @ParameterizedTest
    @CsvSource({
        // begins with, scattered, miss rate, large share, search length, regions, seconds, ends with
        "SEGREGATED_FIT, 0.00, 0.000, 0.500, 0, 10, 0, SEGREGATED_FIT",
        "SEGREGATED_FIT, 0.19, 0.009, 0.500, 0, 10, 0, SEGREGATED_FIT",
        "SEGREGATED_FIT, 0.20, 0.000, 0.500, 0, 10, 0, BEST_FIT",
        "SEGREGATED_FIT, 0.00, 0.010, 0.500, 0, 10, 0, BEST_FIT",
        "SEGREGATED_FIT, 0.90, 0.900, 0.009, 0, 10, 0, SEGREGATED_FIT",
        "SEGREGATED_FIT, 0.90, 0.900, 0.010, 0, 1, 0, BEST_FIT",
        "BEST_FIT, 0.00, 0.000, 0.500, 9, 10, 0, BEST_FIT",
        "BEST_FIT, 0.19, 0.500, 0.500, 9, 10, 0, BEST_FIT",
        "BEST_FIT, 0.20, 0.000, 0.500, 9, 10, 0, FIRST_FIT",
        "BEST_FIT, 0.20, 0.000, 0.000, 9, 4, 0, FIRST_FIT",
        "BEST_FIT, 0.90, 0.000, 0.500, 9, 3, 0, BEST_FIT",
        "BEST_FIT, 0.39, 0.000, 0.500, 20, 10, 0.001, BEST_FIT",
        "BEST_FIT, 0.40, 0.000, 0.500, 20, 10, 0.001, FIRST_FIT",
        "BEST_FIT, 0.39, 0.000, 0.500, 19, 10, 0.001, FIRST_FIT",
        "FIRST_FIT, 0.10, 0.000, 0.500, 99, 10, 0, FIRST_FIT",
        "FIRST_FIT, 0.09, 0.000, 0.500, 99, 10, 0, BEST_FIT",
        "FIRST_FIT, 0.19, 0.000, 0.500, 20, 10, 0.001, BEST_FIT",
        "FIRST_FIT, 0.20, 0.000, 0.500, 20, 10, 0.001, FIRST_FIT",
        "FIRST_FIT, 0.19, 0.000, 0.500, 20, 10, 0.1, FIRST_FIT"
    })
    void consider_evidenceThatHolds_leadsTo(
            FitPolicy begin,
            double scattered,
            double missRate,
            double largeShare,
            double searchLength,
            int regions,
            double seconds,
            FitPolicy end) {
        PolicySelector selector = selector(begin);
        int switches = feed(
                selector,
                window().scattered(scattered)
                        .missRate(missRate)
                        .largeShare(largeShare)
                        .searchLength(searchLength)
                        .regions(regions)
                        .seconds(seconds),
                LONG);
        assertEquals(end, selector.inForce());
        assertEquals(begin == end ? 0 : 1, switches);
    }

    @ParameterizedTest
    @CsvSource({
        // scattered, miss rate, search length, goes back
        "0.09, 0.004, 1.0, true",
        "0.10, 0.004, 1.0, false",
        "0.09, 0.005, 1.0, false",
        "0.09, 0.004, 0.9, false"
    })
    void consider_speedUnderBestFit_goesBackWhenAllIsWell(
            double scattered, double missRate, double searchLength, boolean back) {
        PolicySelector selector = selector(FitPolicy.SEGREGATED_FIT);
        feed(selector, window().scattered(0.3), PolicySelector.WINDOWS);
        assertEquals(FitPolicy.BEST_FIT, selector.inForce());
        feed(selector, window().scattered(scattered).missRate(missRate).searchLength(searchLength), LONG);
        assertEquals(back ? FitPolicy.SEGREGATED_FIT : FitPolicy.BEST_FIT, selector.inForce());
    }

    @Test
    void consider_evidenceForTooFewWindows_changesNothing() {
        PolicySelector selector = selector(FitPolicy.BEST_FIT);
        for (int i = 0; i < 1000; i++) {
            assertEquals(0, feed(selector, window().scattered(0.9), PolicySelector.WINDOWS - 1));
            assertEquals(0, feed(selector, window(), 1));
        }
        assertFalse(selector.consider(window().scattered(0.9).build()));
        assertFalse(selector.consider(window().scattered(0.9).build()));
        assertTrue(selector.consider(window().scattered(0.9).build()));
        assertEquals("free memory is scattered over several regions", selector.reason());
    }

    /** Between coming and going lies a band in which either policy stays. */
    @ParameterizedTest
    @EnumSource(Favour.class)
    void consider_noiseBetweenTheThresholds_changesNothing(Favour favour) {
        long seed = Long.getLong("ashlar.seed", System.nanoTime());
        System.out.printf("policy selector: seed %d%n", seed);
        Random random = new Random(seed);
        PolicySelector selector = new PolicySelector(favour);
        FitPolicy first = selector.inForce();
        assertEquals(0, noise(selector, random));
        feed(selector, window().scattered(0.5), LONG);
        assertTrue(first != selector.inForce());
        assertEquals(0, noise(selector, random));
    }

    private static int noise(PolicySelector selector, Random random) {
        int switches = 0;
        for (int i = 0; i < LONG; i++) {
            double scattered = PolicySelector.GATHERED
                    + random.nextDouble() * (PolicySelector.SCATTERED - PolicySelector.GATHERED - 0.001);
            switches += feed(selector, window().scattered(scattered).missRate(0.005).searchLength(9), 1);
        }
        return switches;
    }

    @ParameterizedTest
    @CsvSource({"0, 8", "1, 8", "20, 20", "64, 64", "1000000, 64"})
    void consider_afterASwitch_waitsAsLongAsBlocksLive(double lifetimeWindows, int expected) {
        PolicySelector selector = selector(FitPolicy.BEST_FIT);
        feed(selector, window().scattered(0.5).lifetimeWindows(lifetimeWindows), PolicySelector.WINDOWS);
        assertEquals(FitPolicy.FIRST_FIT, selector.inForce());
        assertEquals(0, feed(selector, window(), expected));
        assertEquals(1, feed(selector, window(), 1));
        assertEquals("free memory is no longer scattered", selector.reason());
    }

    /** The worst that a stream can do: whatever is in force, the evidence speaks against it. */
    @ParameterizedTest
    @EnumSource(Favour.class)
    void consider_evidenceAlwaysAgainst_switchesEverMoreSeldom(Favour favour) {
        PolicySelector selector = new PolicySelector(favour);
        FitPolicy first = selector.inForce();
        int early = 0;
        int late = 0;
        for (int i = 0; i < 2 * LONG; i++) {
            Described against = selector.inForce() == first
                    ? window().scattered(0.5)
                    : window().scattered(0).searchLength(5);
            int switched = feed(selector, against, 1);
            early += i < LONG ? switched : 0;
            late += i < LONG ? 0 : switched;
        }
        int longest = PolicySelector.MIN_COOL_DOWN * PolicySelector.MAX_PATIENCE;
        assertTrue(early <= 7 + LONG / longest + 1, "switches: " + early);
        assertTrue(late <= LONG / longest + 1, "switches: " + late);
        assertTrue(late > 0, "never gives up for good");
    }

    /** Any stream: random phases of random length. */
    @ParameterizedTest
    @EnumSource(Favour.class)
    void consider_randomPhases_neverFlipFlops(Favour favour) {
        long seed = Long.getLong("ashlar.seed", System.nanoTime());
        System.out.printf("policy selector, phases: seed %d%n", seed);
        Random random = new Random(seed);
        PolicySelector selector = new PolicySelector(favour);
        long sinceSwitch = Long.MAX_VALUE / 2;
        for (int phase = 0; phase < 2000; phase++) {
            Described window = window().scattered(random.nextDouble() * 0.5)
                    .missRate(random.nextInt(4) == 0 ? 0.02 : 0)
                    .searchLength(random.nextInt(40))
                    .regions(1 + random.nextInt(10))
                    .seconds(random.nextBoolean() ? 0 : 0.0005);
            for (int i = random.nextInt(60); i >= 0; i--) {
                sinceSwitch++;
                if (selector.consider(window.build())) {
                    long gap = sinceSwitch;
                    assertTrue(gap > PolicySelector.MIN_COOL_DOWN, () -> "after " + gap + " windows");
                    sinceSwitch = 0;
                }
            }
        }
    }
}
