package dev.ashlar.pool;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import dev.ashlar.FreeSpace;
import dev.ashlar.LockSlices;
import dev.ashlar.arena.ArenaCare;
import dev.ashlar.arena.ArenaFigures;
import dev.ashlar.arena.LockMeter;
import dev.ashlar.arena.Rests;
import dev.ashlar.defrag.DefragArena;
import dev.ashlar.lock.LockRank;
import dev.ashlar.region.PagePurge;

/** An arena for the {@link dev.ashlar.defrag.Defragmenter}: its care in slices, and those who wait let in between them. */
final class ArenaSlices implements DefragArena {
    /** How long to step back for threads that wait: about as long as one of them takes to wake up. */
    private static final long PAUSE_NANOS = 50_000;

    private static final int MOST_PAUSES = 20;

    /**
     * How long to sleep where others have waited lately: so that the worker takes a sixteenth of a processor then. Whoever it preempts, or meets in an arena, is late; so what counts for others' tail
     * is how often it works.
     */
    private static final long REST_NANOS = 4_000_000;

    private final int number;
    private final ArenaCare care;
    private final LongSupplier clock;
    private final PoolSlices pool;
    private final Rests rests;
    private final Object maintenance;
    private LockMeter meter = new LockMeter();
    private long returnedBefore;
    private long coalescedBefore;

    /**
     * For an arena.
     *
     * @param clock in nanoseconds
     * @param pool which has the setting of this run
     * @param maintenance held while cells are on their way
     * @param rests of the thread that works here
     */
    ArenaSlices(int number, ArenaCare care, LongSupplier clock, PoolSlices pool, Object maintenance, Rests rests) {
        this.number = number;
        this.care = care;
        this.clock = clock;
        this.pool = pool;
        this.maintenance = maintenance;
        this.rests = rests;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public void begin() {
        meter = new LockMeter();
        returnedBefore = care.returnedBytes();
        coalescedBefore = care.coalescedBytes();
    }

    @Override
    public Figures figures() {
        ArenaFigures now = care.figures();
        FreeSpace free = new FreeSpace(
                now.freeBlocks() + now.freeCells(),
                now.freeBlockBytes() + now.freeCellBytes(),
                now.largestFreeBytes());
        return new Figures(
                free,
                now.committedBytes(),
                now.queuedCellBytes(),
                now.emptySlabs(),
                now.refills() + now.blocksServed(),
                now.fenced());
    }

    private boolean slice(BooleanSupplier piece) {
        return inTurn(() -> care.slice(clock, pool.sliceNanos(), meter, piece));
    }

    /** Does something that has the arena's lock for a while, and then lets those in who wait for it. */
    private <T> T inTurn(Supplier<T> action) {
        T result;
        assert LockRank.MAINTENANCE.enter();
        try {
            synchronized (maintenance) {
                result = action.get();
            }
        } finally {
            assert LockRank.MAINTENANCE.leave();
        }
        if (care.wasAwaited()) {
            rests.awaited();
        }
        if (rests.isDue()) {
            rests.rest(REST_NANOS);
        }
        for (int i = 0; i < MOST_PAUSES && care.isAwaited(); i++) {
            // The lock is not fair: without a pause it would be taken again before anybody has woken up.
            rests.rest(PAUSE_NANOS);
        }
        return result;
    }

    @Override
    public boolean drainQueue() {
        return slice(care::drainBatch);
    }

    @Override
    public int mergeEmptySlabs(int sizeClass) {
        int[] next = {sizeClass};
        boolean more = slice(() -> care.mergeEmptySlabs(next[0]++));
        return more ? next[0] : -1;
    }

    /** Puts cells of a cache back; those that are not this arena's move to the front. Returns how many those are. */
    int takeBack(int sizeClass, long[] cells, int count) {
        return inTurn(() -> care.takeBack(clock, pool.sliceNanos(), meter, sizeClass, cells, count));
    }

    @Override
    public long dirtyPages() {
        return care.dirtyPages();
    }

    @Override
    public long pageBytes() {
        return care.pageBytes();
    }

    @Override
    public void setNow(int millis) {
        slice(() -> {
            care.setNow(millis);
            return false;
        });
    }

    @Override
    public void ages(long[] ages, int millisEach) {
        care.ages(ages, millisEach);
    }

    @Override
    public Purge purge(long pages, int leastAgeMillis) {
        PagePurge purge = care.purge(pages, leastAgeMillis);
        return purge == null ? Purge.NOTHING : new ArenaPurge(purge);
    }

    /** Holds pages, and gives them back without the lock. */
    private final class ArenaPurge implements Purge {
        private final PagePurge purge;

        ArenaPurge(PagePurge purge) {
            this.purge = purge;
        }

        @Override
        public boolean run() {
            return inTurn(() -> {
                boolean[] more = new boolean[1];
                try {
                    care.slice(clock, pool.sliceNanos(), meter, () -> {
                        more[0] = care.holdPages(purge);
                        return more[0] && !purge.isHolding();
                    });
                    if (purge.isHolding()) {
                        purge.giveBack();
                    }
                } finally {
                    if (purge.isHolding()) {
                        care.putBackPages(clock, pool.sliceNanos(), meter, purge);
                    }
                }
                return more[0];
            });
        }

        @Override
        public long bytes() {
            return purge.bytes();
        }

        @Override
        public long purges() {
            return purge.purges();
        }

        @Override
        public long pagesLeft() {
            return purge.pagesLeft();
        }
    }

    @Override
    public long returnedBytes() {
        return care.returnedBytes() - returnedBefore;
    }

    @Override
    public long coalescedBytes() {
        return care.coalescedBytes() - coalescedBefore;
    }

    @Override
    public LockSlices locks() {
        return meter.slices();
    }
}
