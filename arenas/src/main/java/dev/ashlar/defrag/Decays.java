package dev.ashlar.defrag;

import java.util.Arrays;

/** The decay of each arena's dirty pages, and of the wholly free regions. */
final class Decays {
    private final DefragSpace space;
    private final Decay[] ofPages;
    private final Decay ofRegions = new Decay();
    private long decayNanos;

    Decays(DefragSpace space) {
        this.space = space;
        ofPages = new Decay[space.arenas()];
        Arrays.setAll(ofPages, i -> new Decay());
    }

    /** Looks at the clock: sets the moment that pages become dirty at from now on. */
    void begin(long now, long nanos) {
        decayNanos = nanos;
        for (int i = 0; i < space.arenas(); i++) {
            space.arena(i).setNow((int) (now / 1_000_000));
        }
    }

    /** Dirty pages of an arena beyond what may stay. */
    long pagesDue(DefragArena arena, long now) {
        long dirty = arena.dirtyPages();
        return Math.max(0, dirty - ofPages[arena.number()].limit(now, decayNanos, dirty));
    }

    /** How many wholly free regions may stay: a region stays until all of it may go. */
    int regionsKept(long now) {
        long bytes = space.retainedRegions() * space.regionBytes();
        long limit = ofRegions.limit(now, decayNanos, bytes);
        return limit >= bytes ? space.retainedRegions() : (int) Math.ceilDiv(limit, space.regionBytes());
    }

    /** The age in milliseconds of the youngest pages that must go for so many to go. */
    int leastAge(DefragArena arena, long due) {
        if (decayNanos <= 0 || decayNanos == Long.MAX_VALUE) {
            return 0;
        }
        int millisEach = (int) Math.max(1, decayNanos / 1_000_000 / Decay.EPOCHS);
        long[] ages = new long[Decay.EPOCHS + 1];
        arena.ages(ages, millisEach);
        long sum = 0;
        int age = Decay.EPOCHS;
        for (; age > 0; age--) {
            sum += ages[age];
            if (sum >= due) {
                break;
            }
        }
        return age * millisEach;
    }

    /** An arena was purged. */
    void purged(DefragArena arena) {
        ofPages[arena.number()].purged(arena.dirtyPages());
    }

    /** Regions were released. */
    void released() {
        ofRegions.purged(space.retainedRegions() * space.regionBytes());
    }
}
