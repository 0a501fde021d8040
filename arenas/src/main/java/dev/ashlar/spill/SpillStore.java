package dev.ashlar.spill;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;

import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.MemoryPool;

/**
 * Takes blocks of a pool to disk and back: a {@link SpillFile}, or a {@link SpillSet} of several.
 *
 * <p>Contents are written before their block is freed, and read before their room on disk is, with a checksum (CRC-32C) between. Whatever fails in between
 * changes nothing: {@link SpillException} says what stood in the way, the block is still the caller's, or the token still stands for the contents.
 *
 * <p><b>Which blocks.</b> A pool's own, and a budget's. {@link #spill(MemorySegment)} takes any native segment, or slice of one, and leaves its memory to
 * the caller: a scope's, a pinned movable block's. Nobody may write to a segment while it is being spilled, nor use it after its block was freed.
 *
 * <p><b>Not persistent.</b> The files are the store's own: made with it, deleted at its close.
 *
 * <p><b>Threads.</b> All methods may be called by any thread. A token may be read by many at once; of several that restore or discard it one succeeds.
 * Methods whose names end in {@code Async} work in virtual threads, in any order; a bounded number at once, with a bounded number of bytes: beyond it they
 * wait before they return. Their futures can be cancelled until the block, or the token, is about to change hands; it stays where it is then. An interrupt harms no
 * operation, and is kept.
 *
 * <p><b>Cost.</b> One pass for the checksum and one write or read; O(log n) for the place, in the free extents. About 150 bytes of the Java heap for a token that is
 * live, and nothing for those that were.
 */
public abstract sealed class SpillStore implements AutoCloseable permits SpillFile, SpillSet {
    private final SpillEngine<?> engine;

    SpillStore(SpillEngine<?> engine) {
        this.engine = engine;
    }

    /** As messages and meters call it. */
    public String name() {
        return engine.name;
    }

    /**
     * Writes a segment's bytes. Its memory stays the caller's.
     *
     * @param contents native, or of a {@code byte[]}
     * @return stands for the contents
     * @throws SpillException if they can't be written, or this is closed; nothing has changed
     */
    public SpillToken spill(MemorySegment contents) throws SpillException {
        return engine.now(contents.byteSize(), handover -> engine.spill(contents, null, handover));
    }

    /**
     * Writes a block, and frees it.
     *
     * @param block of the pool or of a budget of it: all of its bytes that are to be kept
     * @return stands for the contents
     * @throws SpillException if it can't be written, or this is closed; the block is as it was
     * @throws dev.ashlar.InvalidFreeException if it is not a segment that the pool can free; nothing has changed
     */
    public SpillToken spill(MemoryPool pool, MemorySegment block) throws SpillException {
        return engine.now(block.byteSize(), handover -> engine.spill(block, Holder.of(pool), handover));
    }

    /**
     * Writes a budget's block, and frees it.
     *
     * @param block all of its bytes that are to be kept
     * @return stands for the contents
     * @throws SpillException if it can't be written, or this is closed; the block is as it was
     * @throws dev.ashlar.InvalidFreeException if it is not a segment that the budget can free; nothing has changed
     */
    public SpillToken spill(Budget budget, MemorySegment block) throws SpillException {
        return engine.now(block.byteSize(), handover -> engine.spill(block, Holder.of(budget), handover));
    }

    /**
     * Reads contents into a new block, and gives up their token.
     *
     * @return a block of exactly their size, aligned to 16. For another alignment allocate, {@link #read} and {@link #discard}
     * @throws SpillException if they can't be read, or are damaged, or this is closed; the token still stands for them
     * @throws IllegalArgumentException if the token is not one of this store, or was given up, or is about to be
     * @throws dev.ashlar.PoolExhaustedException if the pool has no room; the token still stands for them
     */
    public MemorySegment restore(SpillToken token, MemoryPool pool) throws SpillException {
        return engine.now(token.byteSize(), handover -> engine.restore(token, Holder.of(pool), handover));
    }

    /**
     * Reads contents into a new block of a budget, and gives up their token.
     *
     * @return a block of exactly their size, aligned to 16
     * @throws SpillException if they can't be read, or are damaged, or this is closed; the token still stands for them
     * @throws IllegalArgumentException if the token is not one of this store, or was given up, or is about to be
     * @throws dev.ashlar.PoolExhaustedException if the budget or the pool has no room; the token still stands for them
     */
    public MemorySegment restore(SpillToken token, Budget budget) throws SpillException {
        return engine.now(token.byteSize(), handover -> engine.restore(token, Holder.of(budget), handover));
    }

    /**
     * Reads contents, and keeps them.
     *
     * @param target at least as long as they are; undefined if this throws
     * @throws SpillException if they can't be read, or are damaged, or this is closed
     * @throws IllegalArgumentException if the target is too short, or the token is not one of this store, or was given up
     */
    public void read(SpillToken token, MemorySegment target) throws SpillException {
        engine.now(token.byteSize(), _ -> {
            engine.read(token, target);
            return true;
        });
    }

    /**
     * Gives contents up. Their room is free when the last that reads them has ended.
     *
     * @throws SpillException if this is closed
     * @throws IllegalArgumentException if the token is not one of this store, or was given up, or is about to be
     */
    public void discard(SpillToken token) throws SpillException {
        engine.now(0, _ -> {
            engine.discard(token);
            return true;
        });
    }

    /**
     * The token of a number.
     *
     * @throws IllegalArgumentException if none of this store has it that is live
     */
    public SpillToken token(long number) {
        return engine.token(number);
    }

    // In the background

    /** {@link #spill(MemorySegment)} in the background; the segment must be accessible to other threads. What that throws, the future fails with. */
    public CompletableFuture<SpillToken> spillAsync(MemorySegment contents) {
        return engine.inBackground(contents.byteSize(), handover -> engine.spill(contents, null, handover));
    }

    /** {@link #spill(MemoryPool, MemorySegment)} in the background. What that throws, the future fails with. */
    public CompletableFuture<SpillToken> spillAsync(MemoryPool pool, MemorySegment block) {
        return engine.inBackground(block.byteSize(), handover -> engine.spill(block, Holder.of(pool), handover));
    }

    /** {@link #spill(Budget, MemorySegment)} in the background. What that throws, the future fails with. */
    public CompletableFuture<SpillToken> spillAsync(Budget budget, MemorySegment block) {
        return engine.inBackground(block.byteSize(), handover -> engine.spill(block, Holder.of(budget), handover));
    }

    /** {@link #restore(SpillToken, MemoryPool)} in the background. What that throws, the future fails with. */
    public CompletableFuture<MemorySegment> restoreAsync(SpillToken token, MemoryPool pool) {
        return engine.inBackground(token.byteSize(), handover -> engine.restore(token, Holder.of(pool), handover));
    }

    /** {@link #restore(SpillToken, Budget)} in the background. What that throws, the future fails with. */
    public CompletableFuture<MemorySegment> restoreAsync(SpillToken token, Budget budget) {
        return engine.inBackground(token.byteSize(), handover -> engine.restore(token, Holder.of(budget), handover));
    }

    // The whole

    /**
     * Brings all that was written to the devices.
     *
     * @throws SpillException if a file can't be forced, or this is closed
     */
    public void force() throws SpillException {
        engine.force();
    }

    /** The figures of this moment. O(volumes). */
    public SpillStatistics statistics() {
        return engine.statistics();
    }

    /**
     * Recomputes what is taken from the tokens that are live, and compares, while no operation is under way, which the caller sees to. O(n squared) at worst, in
     * tokens and extents.
     *
     * @throws IllegalStateException if anything differs; the message says what was found and what was expected
     */
    public void validate() {
        engine.validate();
    }

    /** Whether this is closed. */
    public boolean isClosed() {
        return engine.isClosed();
    }

    /**
     * Waits for what is under way, and deletes the files with all that is in them. Futures of operations that still wait for their turn fail. Closing again does nothing, and
     * waits likewise.
     *
     * @throws SpillException if a file can't be deleted; this is closed nevertheless
     */
    @Override
    public void close() throws SpillException {
        engine.close();
    }

    @Override
    public String toString() {
        return "spill '" + name() + "'";
    }
}
