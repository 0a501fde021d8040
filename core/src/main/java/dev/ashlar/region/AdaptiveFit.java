package dev.ashlar.region;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.PolicySwitch;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.Geometry;
import dev.ashlar.fit.FitWindow;
import dev.ashlar.fit.FreeBlocks;
import dev.ashlar.fit.PolicySelector;
import org.jspecify.annotations.Nullable;

/**
 * Watches the requests that the free blocks of one owner serve, and switches their policy when the evidence has held for several windows.
 *
 * <pre>{@code
 *     before a search   the window is full: PolicySelector.consider; a switch is decided: a slice of what the new policy needs
 *     after it          count; the new policy is ready: it is in force from the next search on
 * }</pre>
 *
 * <p>What may meet damage is done before a search, when nothing has changed yet, and what changes the policy after it, so that a caller that has asked what is in
 * force gets a block by that policy. No window waits for a clock; a pool's worker ends those early that hold enough ({@link #tick}), and lets a slice be prepared
 * where nobody asks for anything.
 *
 * <p>Not thread-safe: the owner calls, an arena under its lock.
 */
public final class AdaptiveFit {
    /** A window ends after so many searches. */
    public static final int WINDOW_REQUESTS = 1024;

    /** So many make a window that a tick may end: fewer say nothing. */
    static final int MIN_REQUESTS = 64;

    /** So many of the last switches are kept. */
    public static final int RECENT = 16;

    private static final int GRANULES_A_REQUEST = 64;
    private static final int GRANULES_A_TICK = 1024;

    private final Geometry geometry;
    private final FreeBlocks free;
    private final RegionTable table;
    private final BlockLedger ledger;
    private final FitWindow window = new FitWindow();
    private final ArrayDeque<PolicySwitch> recent = new ArrayDeque<>();

    private int owner;
    private LongSupplier clock = () -> 0;
    private Consumer<PolicySwitch> listener = _ -> {};
    private PolicySelector selector = new PolicySelector(Favour.SPEED);
    private @Nullable PolicySwitch decided;
    private @Nullable PolicySwitch untold;
    private boolean ready;

    /** Searches until there is more to do than counting. */
    private int left;

    private long windows;
    private long switches;

    AdaptiveFit(Geometry geometry, FreeBlocks free, RegionTable table, BlockLedger ledger) {
        this.geometry = geometry;
        this.free = free;
        this.table = table;
        this.ledger = ledger;
    }

    /**
     * Says what it is for; before it begins.
     *
     * @param favour what to favour
     * @param number of the owner, for reports
     * @param nanoClock for the load, or one that stands still: then the load is unknown
     * @param switched hears of each switch before the next search, on the caller's thread
     */
    public void configure(Favour favour, int number, LongSupplier nanoClock, Consumer<PolicySwitch> switched) {
        selector = new PolicySelector(favour);
        owner = number;
        clock = nanoClock;
        listener = switched;
    }

    /** Begins to watch, with the policy that the favour begins with. O(regions). */
    void begin() {
        selector = new PolicySelector(selector.favour());
        forget();
        free.policy(selector.inForce());
        beginWindow();
    }

    /** What was decided and is not in force yet never will be. */
    void forget() {
        decided = null;
        ready = false;
    }

    private void beginWindow() {
        window.begin(ledger.liveBlocks(), free.steps(), clock.getAsLong());
        left = WINDOW_REQUESTS;
    }

    /**
     * Before a search.
     *
     * @throws dev.ashlar.HeapCorruptionException if a free block's header is damaged; nothing has changed then
     */
    void before() {
        if (--left < 0) {
            moreThanCounting();
        }
    }

    private void moreThanCounting() {
        if (untold != null) {
            left = WINDOW_REQUESTS;
            tell();
        } else if (decided != null) {
            prepare(GRANULES_A_REQUEST);
        } else {
            endWindow();
        }
        // This search is one of the next window; while a switch is prepared, each comes back here.
        left = decided == null ? left - 1 : 0;
    }

    /** After a search for so many units, or after regions were taken into use for them. */
    void after(long units, boolean found, boolean grown) {
        if (found) {
            window.served(units);
            if (grown) {
                window.grown();
            }
        } else if (units <= geometry.regionUnits() && units <= free.units()) {
            window.missed();
        }
        if (ready) {
            switchNow();
        }
    }

    /**
     * Does what no request has done for a while: ends a window that holds enough, prepares.
     *
     * @throws dev.ashlar.HeapCorruptionException if a free block's header is damaged
     */
    void tick() {
        tell();
        if (decided != null) {
            prepare(GRANULES_A_TICK);
        } else if (WINDOW_REQUESTS - left >= MIN_REQUESTS) {
            endWindow();
        }
        if (ready) {
            switchNow();
        }
    }

    private void endWindow() {
        int largest = free.largestUnits();
        window.free(
                table.regionsInUse(),
                table.regionsInUse() * geometry.regionBytes(),
                free.units() << BlockLayout.UNIT_SHIFT,
                (long) largest << BlockLayout.UNIT_SHIFT);
        window.end(ledger.liveBlocks(), free.steps(), clock.getAsLong());
        windows++;
        if (selector.consider(window)) {
            decided = new PolicySwitch(
                    owner, windows, free.policy(), selector.inForce(), selector.reason(), window.evidence());
            ready = selector.inForce() != FitPolicy.FIRST_FIT;
        }
        beginWindow();
    }

    private void prepare(int granules) {
        ready = ready || free.prepareByAddress(granules);
    }

    private void switchNow() {
        PolicySwitch now = decided;
        forget();
        if (now != null) {
            free.policy(now.to());
            switches++;
            if (recent.size() == RECENT) {
                recent.removeFirst();
            }
            recent.addLast(now);
            beginWindow();
            untold = now;
            left = 0;
        }
    }

    /** Whatever a listener throws, no block is lost by it. */
    private void tell() {
        PolicySwitch last = untold;
        untold = null;
        if (last != null) {
            listener.accept(last);
        }
    }

    /** What it favours. */
    public Favour favour() {
        return selector.favour();
    }

    /** Windows that were looked at. */
    public long windows() {
        return windows;
    }

    /** How often the policy was switched. */
    public long switches() {
        return switches;
    }

    /** The last of those switches, {@link #RECENT} at most, oldest first. */
    public List<PolicySwitch> recent() {
        return new ArrayList<>(recent);
    }
}
