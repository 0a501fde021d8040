package dev.ashlar.pool;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

import dev.ashlar.Adaptation;
import dev.ashlar.ArenaStatistics;
import dev.ashlar.BlockVisitor;
import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.DefragSettings;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.PoolStatistics;
import dev.ashlar.RegionVisitor;
import dev.ashlar.SizeClassFragmentation;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CacheBudget;
import dev.ashlar.cache.CacheTable;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.defrag.Defragmenter;
import dev.ashlar.event.Defragmentation;
import dev.ashlar.event.PolicySwitched;
import dev.ashlar.lock.LockRank;
import dev.ashlar.os.Hold;
import dev.ashlar.os.Memory;
import dev.ashlar.os.Reservation;
import dev.ashlar.record.EventSink;
import dev.ashlar.record.Recorder;
import dev.ashlar.region.Guards;
import dev.ashlar.region.OpenSpaces;
import dev.ashlar.region.ServableRequests;
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
 *                    block -> CoreArena.freeBlock
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
    private final Defragmenter defragmenter;
    private final Worker worker;
    private final boolean canRescope;

    /** The largest request that the hot path may serve; less than any where allocating is more than taking a cell. */
    private final long hotBytes;

    /** Held by the worker while it moves cells, slice by slice, so that what counts them all can keep it out. No lock is held by who takes it. */
    private final Object maintenance = new Object();

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
        defragmenter = new Defragmenter(
                settings.name(), new PoolSlices(parts, maintenance), settings.defrag(), settings.clock());
        OpenSpaces.add(this, geometry, "pool '" + settings.name() + "'");
        worker = Worker.start(this, settings.name(), settings.reclaimNanos());
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
        return allocation.allocate(byteSize, alignment, owner);
    }

    /** The same for a block that is to be moved there: see {@link BlockOwner#allocate}. */
    public long allocateToMove(long byteSize, long alignment, int owner) {
        return allocation.allocateUnrecorded(byteSize, alignment, owner);
    }

    /** Allocates if there is room, or can be made without asking others to free; or returns 0. */
    public long tryAllocate(long byteSize, long alignment, int owner) {
        return allocation.tryAllocate(byteSize, alignment, owner);
    }

    /** Allocates, and waits if there is no room, behind those that wait already. */
    public long allocate(long byteSize, long alignment, int owner, long nanos) throws InterruptedException {
        return allocation.allocate(byteSize, alignment, owner, nanos);
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
        freeing.free(address, owner);
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
        return resizing.resize(address, byteSize, BlockLayout.UNIT_BYTES);
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
        boolean dropped = inMaintenance(() -> {
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

    /** The movable blocks. */
    public Movables movables() {
        return parts.movables;
    }

    /** Registers a callback that may free memory before a request fails; the result takes it out. */
    public Runnable onPressure(int priority, LongConsumer callback) {
        return parts.pressure.add(priority, callback);
    }

    /** Changes the fit policy of all arenas. */
    public void policy(FitPolicy policy) {
        checkOpen();
        FitPolicy before = policy();
        for (int i = 0; i < parts.arenas.count(); i++) {
            parts.arenas.get(i).policy().set(policy);
        }
        PolicySwitched.write(settings().name(), PolicySwitched.ALL_ARENAS, before, policy, "it was set");
    }

    /** The fit policy that was set. */
    public FitPolicy policy() {
        return parts.arenas.get(0).policy().get();
    }

    /** What the adaptive policy has done. */
    public Adaptation adaptation() {
        checkOpen();
        return parts.policies.adaptation();
    }

    /** Changes how many bytes caches may hold. */
    public void cacheLimits(long cacheBytes, long allCachesBytes) {
        parts.cacheBudget.limit(cacheBytes, allCachesBytes);
    }

    /** What caches may hold. */
    public CacheBudget cacheBudget() {
        return parts.cacheBudget;
    }

    /** Takes back what the caches of this thread and of ended ones hold, and what waits in queues, and merges it. */
    public void reclaim() {
        checkOpen();
        parts.supply.reclaim();
        parts.memoryReturned();
    }

    /**
     * Empties this thread's cache, and has the worker do the rest.
     *
     * @throws IllegalArgumentException if there is no such arena
     */
    public CompletableFuture<DefragReport> defragment(DefragOptions options) {
        checkOpen();
        int count = parts.arenas.count();
        if (options.arena() >= count) {
            throw new IllegalArgumentException(
                    "arena: %d (expected: 0 to %d, or -1 for all)".formatted(options.arena(), count - 1));
        }
        parts.supply.returnOwn();
        return worker.submit(options);
    }

    /** The worker's last reports, oldest first. */
    public List<DefragReport> defragReports() {
        return defragmenter.reports();
    }

    /** How the worker defragments. */
    public DefragSettings defragSettings() {
        return defragmenter.settings();
    }

    /** Changes that. */
    public void defragSettings(DefragSettings settings) {
        checkOpen();
        defragmenter.settings(settings);
    }

    /** Gives all wholly free regions back to the operating system; the bytes. */
    public long trim() {
        reclaim();
        return parts.arenas.regions().release(0);
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

    /** What the worker does now and then: nothing that others depend on for being right. */
    void maintain() {
        if (parts.isClosed()) {
            return;
        }
        try {
            Defragmentation event = Defragmentation.begun();
            DefragReport report = defragmenter.runDue();
            if (event != null && report != null) {
                event.write(settings().name(), report);
            }
        } catch (RuntimeException e) {
            if (parts.isClosed()) {
                return;
            }
            throw e;
        }
        parts.policies.visit();
        parts.memoryReturned();
        parts.leaks.look();
        sampling.update();
    }

    /** What the worker does on demand. */
    DefragReport defragmentNow(DefragOptions options, BooleanSupplier cancelled) {
        Defragmentation event = Defragmentation.begun();
        DefragReport report = defragmenter.run(options, cancelled);
        if (event != null) {
            event.write(settings().name(), report);
        }
        parts.memoryReturned();
        return report;
    }

    /** Something went wrong that no step stands for. */
    void workerFailed() {
        defragmenter.failed();
    }

    /** The figures of this moment. */
    public PoolStatistics statistics() {
        checkOpen();
        return inMaintenance(
                () -> parts.figures()
                        .statistics(parts, defragmenter.statistics(worker.isAlive(), worker.interrupts())));
    }

    private <T> T inMaintenance(Supplier<T> action) {
        assert LockRank.MAINTENANCE.enter();
        try {
            synchronized (maintenance) {
                return action.get();
            }
        } finally {
            assert LockRank.MAINTENANCE.leave();
        }
    }

    /** The figures of each arena, the one of movable blocks as the last, if there is one. */
    public List<ArenaStatistics> arenaStatistics() {
        checkOpen();
        return parts.figures().arenaStatistics();
    }

    /** What fragmentation costs requests of each size class, over the free blocks of all arenas. O(blocks). */
    public List<SizeClassFragmentation> fragmentationBySizeClass() {
        checkOpen();
        ServableRequests servable = new ServableRequests();
        for (CoreArena arena : parts.arenas.all()) {
            arena.view().walk((address, usableBytes, state) -> servable.add(usableBytes, state));
        }
        return servable.bySizeClass();
    }

    /** Resident bytes as the operating system counts them, or -1 where it doesn't say. O(committed pages). */
    public long residentBytes() {
        checkOpen();
        return parts.arenas.regions().residentBytes();
    }

    /** The most bytes that regions may take now. */
    public long limit() {
        return parts.arenas.limitBytes();
    }

    /** Changes that, rounded up to whole regions. */
    public void limit(long bytes) {
        checkOpen();
        long regions = bytes / geometry.regionBytes() + (bytes % geometry.regionBytes() == 0 ? 0 : 1);
        parts.arenas.regions().limit((int) Math.min(regions, geometry.regionCount()));
        parts.memoryReturned();
    }

    /** Counts a request that a budget refused; returns it, to be thrown. */
    public PoolExhaustedException refused(PoolExhaustedException refusal) {
        return parts.failures.count(refusal);
    }

    /** The owners of blocks that have a number of their own. */
    public List<BlockOwner> owners() {
        return parts.owners.all();
    }

    /** Shows all blocks and cells, arena by arena. */
    public void walk(BlockVisitor visitor) {
        checkOpen();
        BlockVisitor callers = CallerCode.of(visitor);
        for (CoreArena arena : parts.arenas.all()) {
            arena.view().walk(callers);
        }
    }

    /** Shows all regions, each under its arena's lock. */
    public void walkRegions(RegionVisitor visitor) {
        checkOpen();
        new RegionTour(parts.arenas, CallerCode.of(visitor)).run();
    }

    /** Recomputes each arena; with {@code quiet}, that nobody allocates or frees, what is live and cached as well. */
    public void validate(boolean quiet) {
        checkOpen();
        PoolFigures figures = parts.figures();
        if (quiet) {
            // Callers see to it that they are quiet themselves, and can't do that for the worker.
            inMaintenance(() -> {
                parts.movables.validate(true);
                figures.validate(true);
                return true;
            });
        } else {
            parts.movables.validate(false);
            figures.validate(false);
        }
    }

    /** Lifts the fence of each arena that validates. */
    public void recover() {
        checkOpen();
        for (CoreArena arena : parts.arenas.all()) {
            arena.recover();
        }
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
                worker.stop();
                left.forEach(each -> each.write(settings().name()));
                sampling.end();
                OpenSpaces.remove(this);
            } else if (parts.guards == null) {
                parts.setClosed(false);
            }
        }
    }
}
