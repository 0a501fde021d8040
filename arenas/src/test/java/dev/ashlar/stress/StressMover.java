package dev.ashlar.stress;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;

import dev.ashlar.PoolExhaustedException;
import dev.ashlar.arenas.MovableBlocks;
import org.jspecify.annotations.Nullable;

/**
 * What one thread does with the movable blocks that all share: allocates, pins, checks, writes, leaves some pinned for a while, frees. In tides, so that regions become
 * sparse and there is something to move.
 */
final class StressMover {
    private static final int TIDE = 4000;
    private static final int MOST_LEFT_PINNED = 3;

    private final StressRun run;
    private final MovableBlocks movable;
    private final SplittableRandom random;

    /** Rows that this thread has left pinned; each once for each pin. */
    private final Deque<Row> leftPinned = new ArrayDeque<>();

    StressMover(StressRun run, long seed) {
        this.run = run;
        movable = run.pool.movable();
        random = new SplittableRandom(seed);
    }

    void run() {
        for (int done = 0; !run.stopping; done++) {
            run.steps.increment();
            int slot = random.nextInt(run.rows.length());
            Row row = run.rows.get(slot);
            boolean rising = done / TIDE % 2 == 0;
            if (row == null) {
                if (rising || random.nextInt(10) == 0) {
                    allocate(slot);
                }
            } else if (random.nextInt(10) < (rising ? 1 : 5)) {
                freeOrWrite(slot, row, random.nextInt(4) != 0);
            } else {
                read(row);
            }
            if (leftPinned.size() > random.nextInt(MOST_LEFT_PINNED + 1)) {
                unpinOne();
            }
        }
        while (!leftPinned.isEmpty()) {
            unpinOne();
        }
    }

    /** Frees all that are left; nobody else has one. */
    void freeAll() {
        for (int slot = 0; slot < run.rows.length(); slot++) {
            Row row = run.rows.get(slot);
            if (row != null) {
                freeOrWrite(slot, row, true);
            }
        }
    }

    private void allocate(int slot) {
        long bytes = random.nextInt(50) == 0 ? random.nextLong(60_000) : random.nextLong(4000);
        Row row;
        try {
            row = new Row(movable.allocate(bytes), bytes);
        } catch (PoolExhaustedException e) {
            // What it has is little; others give up theirs.
            return;
        }
        row.lock.writeLock().lock();
        try {
            alone(row, address -> row.fill(address, run.numbers.incrementAndGet()));
            if (!run.rows.compareAndSet(slot, null, row)) {
                movable.free(row.handle);
            }
        } finally {
            row.lock.writeLock().unlock();
        }
    }

    private interface Use {
        void of(long address);
    }

    /** Does something with a pinned block that nobody else looks at; as long as it is pinned its place is its own. */
    private void alone(Row row, Use use) {
        long address = movable.pinAddress(row.handle);
        run.shadow.enter(address - Holding.HEADER_BYTES, address + row.bytes);
        use.of(address);
        if (movable.pinAddress(row.handle) != address) {
            throw new AssertionError("movable block 0x%x was moved while it was pinned".formatted(row.handle));
        }
        movable.unpin(row.handle);
        run.shadow.leave(address - Holding.HEADER_BYTES, address + row.bytes);
        movable.unpin(row.handle);
    }

    private void freeOrWrite(int slot, Row row, boolean free) {
        if (!row.lock.writeLock().tryLock()) {
            return;
        }
        try {
            // Somebody may have left it pinned, but nobody pins it now.
            if (row.freed || movable.pins(row.handle) != 0) {
                return;
            }
            alone(row, address -> {
                row.check(address);
                if (!free) {
                    row.fill(address, run.numbers.incrementAndGet());
                }
            });
            if (free) {
                movable.free(row.handle);
                row.freed = true;
                run.rows.set(slot, null);
            }
        } finally {
            row.lock.writeLock().unlock();
        }
    }

    private void read(Row row) {
        if (!row.lock.readLock().tryLock()) {
            return;
        }
        try {
            if (row.freed) {
                return;
            }
            long address = movable.pinAddress(row.handle);
            row.check(address);
            if (random.nextInt(200) == 0 && leftPinned.size() < MOST_LEFT_PINNED) {
                leftPinned.add(row);
            } else {
                movable.unpin(row.handle);
            }
        } finally {
            row.lock.readLock().unlock();
        }
    }

    /** It has stayed where it is, and nobody has freed or written it. */
    private void unpinOne() {
        @Nullable
        Row row = leftPinned.poll();
        if (row == null) {
            return;
        }
        row.lock.readLock().lock();
        try {
            long address = movable.pinAddress(row.handle);
            row.check(address);
            movable.unpin(row.handle);
            movable.unpin(row.handle);
        } finally {
            row.lock.readLock().unlock();
        }
    }
}
