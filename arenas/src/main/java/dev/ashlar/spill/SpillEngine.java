package dev.ashlar.spill;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * The operations of a store, over whatever it lies on: each first does what can fail, then changes hands, and undoes the first if the second fails.
 *
 * <pre>
 *   spill     write to the ground -> handover -> token in the table -> free the block
 *   restore   claim the token -> allocate -> read -> handover -> token out of the table -> free the site
 * </pre>
 *
 * @param <S> a site of the ground
 */
final class SpillEngine<S> {
    private static final int STORE_SHIFT = 40;
    private static final int STORE_MASK = (1 << 23) - 1;
    private static final AtomicInteger STORES = new AtomicInteger();

    final SpillCounters counters;
    final String name;
    private final Ground<S> ground;
    private final InFlight inFlight;
    private final ConcurrentHashMap<Long, Stored<S>> table = new ConcurrentHashMap<>();

    /** The store's own number above the token's: a token of another store is not taken for one of this. */
    private final AtomicLong numbers =
            new AtomicLong((long) (STORES.incrementAndGet() & STORE_MASK) << STORE_SHIFT);

    SpillEngine(String name, Ground<S> ground, InFlight inFlight, SpillCounters counters) {
        this.name = name;
        this.ground = ground;
        this.inFlight = inFlight;
        this.counters = counters;
    }

    /** Something that is counted as under way. */
    @FunctionalInterface
    interface Operation<T extends @Nullable Object> {
        T run(Handover handover) throws SpillException;
    }

    /** Does it now. */
    <T extends @Nullable Object> T now(long byteSize, Operation<T> operation) throws SpillException {
        if (!inFlight.begin(byteSize)) {
            throw counters.closed();
        }
        try {
            return operation.run(Handover.ALWAYS);
        } finally {
            inFlight.end(byteSize);
        }
    }

    /** Does it in a virtual thread, when there is room for it. */
    <T extends @Nullable Object> CompletableFuture<T> inBackground(long byteSize, Operation<T> operation) {
        SpillFuture<T> future = new SpillFuture<>();
        if (!inFlight.beginInBackground(byteSize)) {
            future.completeExceptionally(counters.closed());
            return future;
        }
        boolean started = false;
        try {
            Thread.ofVirtual().name("ashlar-spill '" + name + "'").start(() -> run(future, byteSize, operation));
            started = true;
            return future;
        } finally {
            if (!started) {
                inFlight.endInBackground(byteSize);
            }
        }
    }

    /** What depends on the future runs when this has ended: it may close the store. */
    private <T extends @Nullable Object> void run(SpillFuture<T> future, long byteSize, Operation<T> operation) {
        T result;
        try {
            try {
                result = operation.run(future);
            } finally {
                inFlight.endInBackground(byteSize);
            }
        } catch (SpillException | RuntimeException | Error e) {
            future.completeExceptionally(e);
            return;
        }
        future.complete(result);
    }

    /** Writes contents and, if there is a holder, frees their block. */
    SpillToken spill(MemorySegment contents, @Nullable Holder holder, Handover handover) throws SpillException {
        S site = ground.write(contents);
        long number = numbers.incrementAndGet();
        boolean kept = false;
        try {
            checkDue(handover);
            SpillToken token = new SpillToken(number, contents.byteSize());
            table.put(number, new Stored<>(token, site));
            if (holder != null) {
                holder.free().accept(contents);
            }
            kept = true;
            counters.spilled.add(token.byteSize());
            return token;
        } finally {
            if (!kept) {
                table.remove(number);
                ground.free(site);
            }
        }
    }

    MemorySegment restore(SpillToken token, Holder holder, Handover handover) throws SpillException {
        Stored<S> stored = claim(token);
        boolean restored = false;
        try {
            MemorySegment block = holder.allocate(token.byteSize());
            try {
                ground.read(stored.site, block, label(token));
                checkDue(handover);
                restored = true;
            } finally {
                if (!restored) {
                    holder.free().accept(block);
                }
            }
            counters.restored.add(token.byteSize());
            giveUp(stored);
            return block;
        } finally {
            if (!restored) {
                stored.unclaim();
            }
        }
    }

    void read(SpillToken token, MemorySegment target) throws SpillException {
        if (target.byteSize() < token.byteSize()) {
            throw new IllegalArgumentException("target: " + target.byteSize() + " bytes (expected: at least the "
                    + token.byteSize() + " of the contents)");
        }
        Stored<S> stored = find(token);
        if (!stored.enter()) {
            throw unknown(token, "given up");
        }
        try {
            ground.read(stored.site, target.asSlice(0, token.byteSize()), label(token));
            counters.read.add(token.byteSize());
        } finally {
            leave(stored);
        }
    }

    void discard(SpillToken token) {
        Stored<S> stored = claim(token);
        counters.discarded.add(token.byteSize());
        giveUp(stored);
    }

    SpillToken token(long number) {
        Stored<S> stored = table.get(number);
        if (stored == null) {
            throw unknown(new SpillToken(number, 0), "not in it");
        }
        return stored.token;
    }

    private static void checkDue(Handover handover) {
        if (!handover.isDue()) {
            throw new CancellationException("cancelled before anything had changed hands");
        }
    }

    private Stored<S> find(SpillToken token) {
        Stored<S> stored = table.get(token.number());
        if (stored == null || !stored.token.equals(token)) {
            throw unknown(token, "not in it");
        }
        return stored;
    }

    private Stored<S> claim(SpillToken token) {
        Stored<S> stored = find(token);
        if (!stored.claim()) {
            throw unknown(token, "being restored or discarded");
        }
        return stored;
    }

    private void giveUp(Stored<S> stored) {
        table.remove(stored.token.number());
        leave(stored);
    }

    private void leave(Stored<S> stored) {
        if (stored.leave()) {
            ground.free(stored.site);
        }
    }

    private IllegalArgumentException unknown(SpillToken token, String found) {
        return new IllegalArgumentException("spill '" + name + "': " + label(token) + ": " + found
                + " (expected: a token of this store that was neither restored nor discarded)");
    }

    private static String label(SpillToken token) {
        return token.toString();
    }

    void force() throws SpillException {
        now(0, _ -> {
            ground.force();
            return true;
        });
    }

    SpillStatistics statistics() {
        Ground.Room room = ground.room();
        return new SpillStatistics(
                table.mappingCount(),
                liveBytes(),
                counters.spilled.blocks(),
                counters.spilled.bytes(),
                counters.restored.blocks(),
                counters.restored.bytes(),
                counters.read.blocks(),
                counters.read.bytes(),
                counters.discarded.blocks(),
                inFlight.count(),
                inFlight.bytes(),
                counters.failures(),
                room.usedBytes(),
                room.freeBytes(),
                room.largestFreeBytes(),
                room.fragmentation(),
                room.fileBytes(),
                room.limitBytes());
    }

    private long liveBytes() {
        return counters.spilled.bytes() - counters.restored.bytes() - counters.discarded.bytes();
    }

    void validate() {
        Collection<Stored<S>> all = table.values();
        List<S> sites = all.stream().map(stored -> stored.site).toList();
        long bytes = all.stream().mapToLong(stored -> stored.token.byteSize()).sum();
        if (bytes != liveBytes()) {
            throw new IllegalStateException("contents: " + bytes + " bytes (expected: " + liveBytes()
                    + ", spilled and neither restored nor discarded)");
        }
        ground.validate(sites);
    }

    boolean isClosed() {
        return inFlight.isClosed();
    }

    void close() throws SpillException {
        if (inFlight.close()) {
            table.clear();
            ground.close();
        }
    }
}
