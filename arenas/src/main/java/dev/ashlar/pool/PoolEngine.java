package dev.ashlar.pool;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CacheTable;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.lock.LockRank;
import dev.ashlar.os.Hold;
import dev.ashlar.os.Memory;
import dev.ashlar.os.Reservation;
import dev.ashlar.record.EventSink;
import dev.ashlar.record.Recorder;
import dev.ashlar.region.Guards;
import dev.ashlar.region.OpenSpaces;
import org.jspecify.annotations.Nullable;

/**
 * The pool by address.
 *
 * <pre>{@code
 *     allocate -> CacheTable.current -> CoreCache.allocate                    the hot path: nothing else
 *                  none, or not a thread's usual request: allocateSlowly
 *                    cell  -> cache, or stripe -> Supply.refill -> Supply.find
 *                    block -> home's CoreArena.serveBlock -> Supply.find
 *                    none  -> Supply.findAfterReclaim -> PressureCallbacks -> PoolExhaustedException
 *     free     -> CacheTable.current -> CoreCache.free                        the hot path: nothing else
 *                  not a live cell of the pool, or no room: freeSlowly
 *                    cell  -> its owner agrees -> cache, or stripe -> CellReturns
 *                    block -> ArenaBlocks.free
 *                    else what it is
 * }</pre>
 *
 * <p>Thread-safe. Callers keep a reference to the {@link Reservation} while they use addresses.
 */
public final class PoolEngine {
    /** The number of the owner that all open scopes are together. */
    public static final int SCOPES = Owners.SCOPES;

    /** What a scope's code differs by from the pool's own. */
    private static final long SCOPE_MARK =
            CellHeaders.liveCode(0, SCOPES);

    private final PoolParts parts;
    private final LiveBlocks live;
    private final Allocation allocation;
    private final Freeing freeing;
    private final Resizing resizing;
    private final Recordings recordings;
    private final Sampling sampling;
    private final CoreCache[] table;
    private final Geometry geometry;
    private final PoolCare care;
    private final PoolView view;
    private final boolean canRescope;

    /** The largest request that the hot path may serve; less than any where allocating is more than taking a cell. */
    private final long hotBytes;

    /**
     * Reserves the addresses.
     *
     * @throws PoolExhaustedException if the operating system refuses
     */
    public PoolEngine(PoolSettings settings) {
        parts = new PoolParts(settings);
        live = new LiveBlocks(parts);
        allocation = new Allocation(parts, live);
        freeing = new Freeing(parts, live);
        resizing = new Resizing(parts, live, allocation, freeing);
        recordings = new Recordings(parts);
        sampling = new Sampling(settings.name(), parts.observation);
        table = parts.caches.table();
        geometry = parts.geometry;
        canRescope = parts.arenas.reservation().canRescope();
        hotBytes = settings.hardened() || settings.zeroing() ? -1 : SizeClasses.MAX_BYTES;
        care = new PoolCare(parts, sampling);
        view = new PoolView(parts, care);
        OpenSpaces.add(this, geometry, "pool '" + settings.name() + "'");
        care.start();
        sampling.begin();
        CapacityCheck.warn(settings.name(), geometry.byteSize());
    }

    /** The table of caches, for {@link CacheTable#current(CoreCache[])}. */
    public CoreCache[] cacheTable() {
        return table;
    }

    /** The largest request that a cache may serve by itself; less than any where allocating is more than taking a cell. */
    public long hotBytes() {
        return hotBytes;
    }

    /** What the pool was built with. */
    public PoolSettings settings() {
        return parts.settings;
    }

    /** Whether blocks can appear in another arena's scope. */
    public boolean canRescope() {
        return canRescope;
    }

    /** The keeper of the memory. */
    public Reservation reservation() {
        return parts.arenas.reservation();
    }

    // Allocating

    /**
     * Allocates for the pool itself, aligned to 16 bytes.
     *
     * @throws IllegalArgumentException if the size is negative
     * @throws PoolExhaustedException if there is no room
     */
    public long allocate(long byteSize) {
        if ((byteSize | (hotBytes - byteSize)) >= 0) {
            long cell = CacheTable.current(table).allocate(SizeClasses.of(byteSize));
            if (cell != 0) {
                return cell;
            }
        }
        return allocateSlowly(byteSize, BlockLayout.UNIT_BYTES, CellHeaders.POOL);
    }

    /** Allocates for an owner, after all that can be done to make room. */
    public long allocateSlowly(long byteSize, long alignment, int owner) {
        try {
            return allocation.allocate(byteSize, alignment, owner);
        } catch (StackOverflowError e) {
            throw parts.arenas.leftBehind(e);
        }
    }

    /** The same for a block that is to be moved there: see {@link BlockOwner#allocate}. */
    public long allocateToMove(long byteSize, long alignment, int owner) {
        return allocation.allocateUnrecorded(byteSize, alignment, owner);
    }

    /** Allocates if there is room, or can be made without asking others to free; or returns 0. */
    public long tryAllocate(long byteSize, long alignment, int owner) {
        try {
            return allocation.tryAllocate(byteSize, alignment, owner);
        } catch (StackOverflowError e) {
            throw parts.arenas.leftBehind(e);
        }
    }

    /** Allocates, and waits if there is no room, behind those that wait already. */
    public long allocate(long byteSize, long alignment, int owner, long nanos) throws InterruptedException {
        try {
            return allocation.allocate(byteSize, alignment, owner, nanos);
        } catch (StackOverflowError e) {
            throw parts.arenas.leftBehind(e);
        }
    }

    // Freeing

    /**
     * Frees a block of the pool itself, or a budget's on its account.
     *
     * @throws InvalidFreeException if the address is not a live block's
     * @throws HeapCorruptionException if the block's header, a neighbour's, or a guard was overwritten
     */
    public void free(long address) {
        if (!CacheTable.current(table).free(address)) {
            freeSlowly(address, CellHeaders.POOL);
        }
    }

    /** The same for any owner, who is told if it is not the one that frees. */
    public void freeSlowly(long address, int owner) {
        try {
            freeing.free(address, owner);
        } catch (StackOverflowError e) {
            throw parts.arenas.leftBehind(e);
        }
    }

    // Blocks

    /** Usable bytes of a live block, with its guard. */
    public long payloadBytes(long address) {
        return live.payloadBytes(address);
    }

    /** How many bytes the holder of a live block may use. */
    public long usableBytes(long address) {
        return live.usableBytes(address);
    }

    /**
     * Changes the size of a block: in place if it can stay, else by moving it. A cell of the pool itself that moves is one allocation and one
     * free, on their hot paths.
     *
     * @return its address now
     */
    public long resize(long address, long byteSize) {
        // Not closed: portable memory is unmapped by then.
        if ((byteSize | (hotBytes - byteSize)) >= 0 && geometry.isBlockAddress(address) && !parts.isClosed()) {
            long header = CellHeaders.raw(address);
            int sizeClass = CellHeaders.sizeClass(header);
            if (CellHeaders.isLiveOfPool(address, header) && sizeClass < SizeClasses.COUNT) {
                int usable = SizeClasses.usableBytes(sizeClass);
                if (staysInCell(usable, byteSize)) {
                    return address;
                }
                long moved = allocate(byteSize);
                Memory.copyWords(address, moved, Math.min(usable, byteSize));
                free(address);
                return moved;
            }
        }
        try {
            return resizing.resize(address, byteSize, BlockLayout.UNIT_BYTES);
        } catch (StackOverflowError e) {
            throw parts.arenas.leftBehind(e);
        }
    }

    /** A cell is kept unless a class of half its size would do. */
    static boolean staysInCell(long usable, long byteSize) {
        return byteSize <= usable && byteSize >= usable / 2;
    }

    /** The code of a live cell that belongs to a scope. */
    public static long scopeCode(int sizeClass) {
        return CellHeaders.liveCode(sizeClass) + SCOPE_MARK;
    }

    /** Gives an owner its number. */
    public int addOwner(BlockOwner owner) {
        return parts.owners.add(owner);
    }

    /** Forgets an owner that has no block any more. */
    public void removeOwner(int number) {
        parts.owners.remove(number);
    }

    /** The cache of this thread, which may be {@link CoreCache#NONE}; for views that allocate for an owner. */
    public CoreCache currentCache() {
        return CacheTable.current(table);
    }

    /** A cache of its own for a view of one thread; {@link #release} takes it back. */
    public CoreCache newCache() {
        checkOpen();
        CoreCache cache = parts.newCache(PoolParts.VIEW, parts.arenas.here(), reservation().newHold());
        parts.caches.addView(cache);
        return cache;
    }

    /** The counter for scopes of threads that have no cache; used from any thread. */
    public Hold sharedHold() {
        return parts.sharedHold;
    }

    /** Takes the cells of a view's cache back. */
    public void release(CoreCache cache) {
        if (!parts.isClosed()) {
            parts.returns.empty(cache);
            parts.memoryReturned();
        }
        parts.caches.remove(cache);
        parts.arenas.reservation().forget(cache.hold());
    }

    /** Does the same for a view that was dropped, unless its thread has ended and its cache was taken back then. */
    public void viewDropped(CoreCache cache) {
        boolean dropped = care.inMaintenance(() -> {
            if (parts.isClosed() || !parts.caches.remove(cache)) {
                return false;
            }
            leaks().found("view", "confined to one thread, and dropped", cache.cells(), cache.bytes(), null);
            parts.returns.empty(cache);
            parts.arenas.reservation().forget(cache.hold());
            return true;
        });
        if (dropped) {
            parts.memoryReturned();
        }
    }

    /** Where leaks are counted. */
    public Leaks leaks() {
        return parts.leaks;
    }

    /** A cell for a view's cache that handed out none, for the pool itself; or 0. */
    public long refill(CoreCache cache, int sizeClass, long byteSize) {
        checkOpen();
        // It has cells, if it is only closed to the hot path.
        long cell = cache.take(sizeClass, CellHeaders.liveCode(sizeClass));
        if (cell == 0) {
            cell = parts.supply.refill(cache, sizeClass, true);
            if (cell == 0) {
                return 0;
            }
            CellHeaders.write(cell, CellHeaders.liveCode(sizeClass));
        }
        return allocation.recorded(cell, byteSize, BlockLayout.UNIT_BYTES, CellHeaders.POOL);
    }

    /** Takes a live cell of the pool into a view's cache that may be full; false if it is not one. */
    public boolean freeInto(CoreCache cache, long address) {
        checkOpen();
        if (parts.guards != null || !geometry.isBlockAddress(address)) {
            return false;
        }
        long code = CellHeaders.read(address);
        if (!live.isLiveCell(address, code) || Owners.unmarked(CellHeaders.owner(code)) != CellHeaders.POOL) {
            return false;
        }
        freeing.freeInto(cache, address, CellHeaders.sizeClass(code));
        return true;
    }

    /** The whole memory in the pool's scope. */
    public MemorySegment memory() {
        return parts.arenas.reservation().segment();
    }

    /** The guards of a hardened pool, or null. */
    public @Nullable Guards guards() {
        return parts.guards;
    }

    /** Why a segment or an address is not the pool's. */
    public InvalidFreeException foreignSegment(long address, String what) {
        return parts.arenas.diagnosis().foreignSegment(address, what);
    }

    /** A segment of an earlier owner of the block. */
    public InvalidFreeException stale(long address) {
        return parts.arenas.diagnosis().stale(address);
    }

    // Care

    /** What is done beside serving requests. */
    public PoolCare care() {
        return care;
    }

    /** The pool to be looked at. */
    public PoolView view() {
        return view;
    }

    /** The movable blocks. */
    public Movables movables() {
        return parts.movables;
    }

    /**
     * Begins a recording: each block that is handed out from now on goes to a sink, and each free and change of size of such a block.
     *
     * @param target what is written, for messages
     * @param sink where the events go; closed if this method throws
     * @throws IllegalStateException if the pool is closed, or being recorded
     */
    public Recorder startRecording(String target, EventSink sink) throws IOException {
        return recordings.start(target, sink);
    }

    /** Ends the recording of a pool that has been closed, and waits until it is written. */
    public void endRecording() {
        recordings.poolClosed();
    }

    /** Counts a request that a budget refused; returns it, to be thrown. */
    public PoolExhaustedException refused(PoolExhaustedException refusal) {
        return parts.failures.count(refusal);
    }

    /** The owners of blocks that have a number of their own. */
    public List<BlockOwner> owners() {
        return parts.owners.all();
    }

    /** For what needs the pool's memory to be there. */
    public void checkOpen() {
        parts.checkOpen();
    }

    /** Whether the pool is closed. */
    public boolean isClosed() {
        return parts.isClosed();
    }

    /**
     * Closes the pool; whoever comes second returns when it is closed, or tries what was refused again.
     *
     * @throws IllegalStateException if a thread uses a segment in an I/O operation or a native call; the pool is open then, or if it is
     *     hardened closed for all but this: some of its generations have ended, and don't begin again
     */
    public synchronized void close() {
        if (parts.isClosed() && parts.arenas.reservation().isClosed()) {
            return;
        }
        assert LockRank.CLOSE.enter();
        try {
            parts.movables.betweenPasses(this::closeNow);
        } finally {
            assert LockRank.CLOSE.leave();
        }
    }

    private void closeNow() {
        List<LeftBlocks> left = LeftBlocks.of(parts);
        parts.setClosed(true);
        try {
            if (parts.guards != null) {
                parts.guards.close();
            }
            parts.arenas.reservation().close();
        } finally {
            if (parts.arenas.reservation().isClosed()) {
                care.stop();
                left.forEach(each -> each.write(settings().name()));
                sampling.end();
                OpenSpaces.remove(this);
            } else if (parts.guards == null) {
                parts.setClosed(false);
            }
        }
    }
}
