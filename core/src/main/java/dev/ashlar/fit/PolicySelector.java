package dev.ashlar.fit;

import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;

/**
 * Decides which policy the evidence of the last windows speaks for. A state machine without a clock: the same windows lead to the same decisions.
 *
 * <pre>{@code
 *     SPEED        SEGREGATED_FIT --- free memory scattered, or searches miss --> BEST_FIT
 *                                 <-- neither, and its searches are longer ---
 *     FOOTPRINT    BEST_FIT ------- free memory scattered over several regions -> FIRST_FIT
 *                           <------ neither, or too much searching for the gain
 * }</pre>
 *
 * <p><b>Why these.</b> What is <i>scattered</i>, free bytes outside of the largest free block as a share of the regions in use, is the most that a
 * better placement can save: while it is little, every policy has the same footprint, and the fastest one is right. Best fit then saves most in a
 * steady state; first fit fills the lower regions, so that the higher ones become free when the live blocks get fewer. Next and worst fit
 * are never chosen: docs/policies.md has what they cost.
 *
 * <p><b>Hysteresis.</b> Evidence must hold for {@link #WINDOWS} windows in a row. To come and to go it takes different thresholds. After a switch nothing is
 * decided until the blocks that the old policy placed have had the time to die, as long as a block lives in the mean, between {@link #MIN_COOL_DOWN} and
 * {@link #MAX_COOL_DOWN} windows; this doubles, up to {@link #MAX_PATIENCE} times, each time when a switch is undone soon.
 */
public final class PolicySelector {
    /** For so many windows in a row evidence must hold. */
    public static final int WINDOWS = 3;

    /** Windows after a switch in which nothing is decided, at least. */
    static final int MIN_COOL_DOWN = 8;

    /** The same at most, but for patience. */
    static final int MAX_COOL_DOWN = 64;

    /** How often the cool-down may double, as a factor. */
    static final int MAX_PATIENCE = 64;

    /** A switch that lasted for fewer than so many cool-downs was undone soon. */
    static final int SOON = 8;

    /** From here on free memory is scattered. */
    static final double SCATTERED = 0.2;

    /** Below, it no longer is. */
    static final double GATHERED = 0.1;

    /** From here on searches miss. */
    static final double MISSING = 0.01;

    /** Below, they no longer do. */
    static final double FINDING = 0.005;

    /** First fit can empty none of fewer regions. */
    static final int REGIONS = 4;

    /** So large a share of requests must be of sizes for which segregated and best fit differ. */
    static final double LARGE_SHARE = 0.01;

    /** Fewer steps by request than this cost nothing that could be told. */
    static final double SHORT_SEARCH = 1;

    /** Steps a second that take a good part of a core. */
    static final double BUSY_STEPS = 20_000_000;

    private final Favour favour;
    private FitPolicy inForce;
    private int held;
    private long sinceSwitch = Long.MAX_VALUE / 2;
    private long coolDown;
    private int patience = 1;
    private String reason = "";

    /** Begins with the policy that serves the favour when nothing is known. */
    public PolicySelector(Favour favour) {
        this.favour = favour;
        inForce = favour == Favour.SPEED ? FitPolicy.SEGREGATED_FIT : FitPolicy.BEST_FIT;
    }

    /** What it favours. */
    public Favour favour() {
        return favour;
    }

    /** The policy that the evidence speaks for. */
    public FitPolicy inForce() {
        return inForce;
    }

    /** Why it was switched to, in words. */
    public String reason() {
        return reason;
    }

    /**
     * Looks at one more window that has ended.
     *
     * @return whether another policy is {@link #inForce()} now
     */
    public boolean consider(FitWindow window) {
        sinceSwitch++;
        FitPolicy better = better(window);
        held = better == inForce ? 0 : held + 1;
        if (held < WINDOWS || sinceSwitch <= coolDown) {
            return false;
        }
        patience = sinceSwitch < SOON * coolDown ? Math.min(2 * patience, MAX_PATIENCE) : 1;
        double lifetimeWindows = window.lifetime() / Math.max(1, window.requests());
        coolDown = patience * (long) Math.clamp(lifetimeWindows, MIN_COOL_DOWN, MAX_COOL_DOWN);
        sinceSwitch = 0;
        held = 0;
        inForce = better;
        return true;
    }

    private FitPolicy better(FitWindow window) {
        return switch (inForce) {
            case SEGREGATED_FIT -> isTight(window) ? FitPolicy.BEST_FIT : inForce;
            case FIRST_FIT -> isFirstFitInVain(window) ? FitPolicy.BEST_FIT : inForce;
            default -> favour == Favour.SPEED
                    ? isLoose(window) ? FitPolicy.SEGREGATED_FIT : inForce
                    : isSpread(window) ? FitPolicy.FIRST_FIT : inForce;
        };
    }

    /** Segregated fit takes blocks of the next bin where one of the own bin would do: best fit keeps those whole. */
    private boolean isTight(FitWindow window) {
        if (window.largeShare() < LARGE_SHARE) {
            return false;
        }
        if (window.scattered() >= SCATTERED) {
            return is("free memory is scattered");
        }
        return window.missRate() >= MISSING && is("searches miss though there is enough free memory");
    }

    private boolean isLoose(FitWindow window) {
        return window.scattered() < GATHERED
                && window.missRate() < FINDING
                && window.searchLength() >= SHORT_SEARCH
                && is("free memory is no longer scattered, and searches are longer than they need be");
    }

    private boolean isSpread(FitWindow window) {
        return window.regions() >= REGIONS
                && window.scattered() >= (isBusy(window) ? 2 * SCATTERED : SCATTERED)
                && is("free memory is scattered over several regions");
    }

    private boolean isFirstFitInVain(FitWindow window) {
        if (window.scattered() < GATHERED) {
            return is("free memory is no longer scattered");
        }
        return window.scattered() < SCATTERED && isBusy(window) && is("searching costs more than it saves");
    }

    private static boolean isBusy(FitWindow window) {
        return window.load() * window.searchLength() >= BUSY_STEPS;
    }

    private boolean is(String words) {
        reason = words;
        return true;
    }
}
