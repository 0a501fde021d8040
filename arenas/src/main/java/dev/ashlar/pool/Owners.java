package dev.ashlar.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

import dev.ashlar.block.CellHeaders;
import dev.ashlar.lock.LockRank;
import org.jspecify.annotations.Nullable;

/** The owners of blocks by their numbers, which fit into a cell's header. Thread-safe; finding one is O(1). */
final class Owners {
    /** The number of all open scopes together. */
    static final int SCOPES = 1;

    /** The number of all handles of movable blocks together. */
    static final int MOVABLE = 2;

    private static final int FIRST = 3;

    /** In place of the pool's own number, in a cell that an observer knows of: so its free does not end on the hot path. */
    private static final int OBSERVED = CellHeaders.MAX_OWNER;

    /** The same in place of the scopes' number. */
    private static final int OBSERVED_SCOPES = OBSERVED - 1;

    private static final int LAST = OBSERVED_SCOPES - 1;
    private static final int CHUNK = 256;

    /** In chunks, as most pools have few owners and some have thousands. */
    private final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable BlockOwner>> chunks =
            new AtomicReferenceArray<>((CellHeaders.MAX_OWNER + 1) / CHUNK);

    private int next = FIRST;

    Owners() {
        put(SCOPES, new Several("an open arena, which frees its blocks when it is closed"));
        put(MOVABLE, new Several("the handle of a movable block, which frees it"));
    }

    /**
     * Gives an owner a number.
     *
     * @throws IllegalStateException if there are as many as there are numbers
     */
    synchronized int add(BlockOwner owner) {
        assert LockRank.OWNERS.mayEnter();
        for (int tries = 0; tries <= LAST; tries++) {
            int number = next;
            next = next == LAST ? FIRST : next + 1;
            if (get(number) == null) {
                put(number, owner);
                return number;
            }
        }
        throw new IllegalStateException("open budgets: %d (expected: fewer)".formatted(LAST - FIRST + 1));
    }

    /** The number that a cell of an owner has while the pool is observed. */
    static int marked(int owner) {
        return owner == CellHeaders.POOL ? OBSERVED : owner == SCOPES ? OBSERVED_SCOPES : owner;
    }

    /** The owner whose number, or mark, stands in a cell. */
    static int unmarked(int number) {
        return number == OBSERVED ? CellHeaders.POOL : number == OBSERVED_SCOPES ? SCOPES : number;
    }

    /** Whether an observer may know of a cell with such a number. */
    static boolean mayBeObserved(int number) {
        return number != CellHeaders.POOL && number != SCOPES && number != MOVABLE;
    }

    /** Forgets an owner that has no block any more. */
    synchronized void remove(int number) {
        assert LockRank.OWNERS.mayEnter();
        put(number, null);
    }

    /** The owner of a number, or null. */
    @Nullable
    BlockOwner get(int number) {
        AtomicReferenceArray<@Nullable BlockOwner> chunk = chunks.get(number / CHUNK);
        return chunk == null ? null : chunk.get(number % CHUNK);
    }

    /** An owner and its number. */
    record Numbered(int number, BlockOwner owner) {}

    /** Those that are there now, but for the ones that have a number together. */
    List<BlockOwner> all() {
        return numbered().stream().map(Numbered::owner).toList();
    }

    /** The same, with their numbers. */
    List<Numbered> numbered() {
        List<Numbered> all = new ArrayList<>();
        for (int i = 0; i < chunks.length(); i++) {
            AtomicReferenceArray<@Nullable BlockOwner> chunk = chunks.get(i);
            for (int j = 0; chunk != null && j < CHUNK; j++) {
                BlockOwner owner = chunk.get(j);
                if (owner != null && i * CHUNK + j >= FIRST) {
                    all.add(new Numbered(i * CHUNK + j, owner));
                }
            }
        }
        return all;
    }

    private void put(int number, @Nullable BlockOwner owner) {
        AtomicReferenceArray<@Nullable BlockOwner> chunk = chunks.get(number / CHUNK);
        if (chunk == null) {
            chunk = new AtomicReferenceArray<>(CHUNK);
            chunks.set(number / CHUNK, chunk);
        }
        chunk.set(number % CHUNK, owner);
    }

    /** Owners that have one number together, and free their blocks themselves. */
    private record Several(String describe) implements BlockOwner {
        @Override
        public boolean poolMayFree() {
            return false;
        }

        @Override
        public long allocate(long byteSize, long alignment) {
            throw new IllegalStateException("allocate for " + describe + " (expected: each allocates for itself)");
        }

        @Override
        public void freed(long usableBytes) {
            // They count for themselves.
        }

        @Override
        public long liveBlocks() {
            return 0;
        }

        @Override
        public long liveBytes() {
            return 0;
        }
    }
}
