package dev.ashlar.pool;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

import dev.ashlar.BlockVisitor;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.InvalidFreeException.Reason;
import dev.ashlar.OsException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.PoolStatistics;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CacheBudget;
import dev.ashlar.cache.CacheTable;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.cache.Stripes;
import dev.ashlar.cache.Stripes.Stripe;
import dev.ashlar.os.Hold;
import dev.ashlar.os.Memory;
import dev.ashlar.os.Reservation;
import dev.ashlar.region.Guards;
import dev.ashlar.region.OpenSpaces;
import org.jspecify.annotations.Nullable;

import static java.lang.System.Logger.Level.WARNING;

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

    private static final int STRIPES_PER_CORE = 4;

    /** What a scope's code differs by from the pool's own. */
    private static final long SCOPE_MARK =
            CellHeaders.liveCode(0, SCOPES);

    /** In place of a thread's id: no thread finds such a cache by it. */
    private static final long VIEW = -2;

    private final PoolSettings settings;
    private final ArenaGroup arenas;
    private final Geometry geometry;
    private final CacheTable caches;
    private final Stripes stripes;
    private final CacheBudget cacheBudget;
    private final CellReturns returns;
    private final Supply supply;
    private final Waiters waiters = new Waiters();
    private final PressureCallbacks pressure;
    private final Owners owners = new Owners();
    private final @Nullable Guards guards;
    private final long guardBytes;
    private final LongAdder failures = new LongAdder();
    private final LongAdder failedReleases = new LongAdder();
    private final Worker worker;
    private final Hold scopesOfVirtualThreads;
    private final boolean canRescope;

    /** The largest request that the hot path may serve; less than any where allocating is more than taking a cell. */
    private final long hotBytes;

    /** Held while the worker moves cells, so that what counts them all can keep it out. No lock is held by who takes it. */
    private final Object maintenance = new Object();

    private volatile boolean closed;

    /**
     * Reserves the addresses.
     *
     * @throws PoolExhaustedException if the operating system refuses
     */
    public PoolEngine(PoolSettings settings) {
        this.settings = settings;
        try {
            arenas = new ArenaGroup(settings);
        } catch (OsException e) {
            throw Exhaustion.ofReservation(settings.name(), settings.capacityBytes(), e);
        }
        geometry = arenas.geometry();
        canRescope = arenas.reservation().canRescope();
        guards = settings.hardened() ? arenas.guards() : null;
        guardBytes = guards == null ? 0 : Guards.BYTES;
        hotBytes = settings.hardened() || settings.zeroing() ? -1 : SizeClasses.MAX_BYTES;
        cacheBudget = new CacheBudget(settings.cacheBytes(), settings.allCachesBytes());
        ArenaGroup group = arenas;
        CacheBudget budget = cacheBudget;
        boolean checksFrees = !settings.hardened();
        Hold sharedHold = arenas.reservation().newHold();
        scopesOfVirtualThreads = sharedHold;
        // No lambda here refers to this engine: thread-locals reach the table, and may outlive the pool.
        caches = new CacheTable(
                thread -> new CoreCache(
                        thread.threadId(),
                        group.geometry(),
                        budget,
                        group.here(),
                        checksFrees,
                        group.reservation().newHold()));
        stripes = new Stripes(
                STRIPES_PER_CORE * settings.arenas(),
                i -> new CoreCache(VIEW, group.geometry(), budget, i % group.count(), checksFrees, sharedHold));
        returns = new CellReturns(arenas);
        supply = new Supply(arenas, returns, caches, stripes);
        pressure = new PressureCallbacks(settings.name());
        OpenSpaces.add(this, geometry, "pool '" + settings.name() + "'");
        worker = Worker.start(this, settings.name(), settings.reclaimNanos());
    }

    /** What the pool was built with. */
    public PoolSettings settings() {
        return settings;
    }

    /** Whether blocks can appear in another arena's scope. */
    public boolean canRescope() {
        return canRescope;
    }

    /** The keeper of the memory. */
    public Reservation reservation() {
        return arenas.reservation();
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
            long cell = caches.current().allocate(SizeClasses.of(byteSize));
            if (cell != 0) {
                return cell;
            }
        }
        return allocateSlowly(byteSize, BlockLayout.UNIT_BYTES, CellHeaders.POOL);
    }

    /**
     * Allocates, after all that can be done to make room.
     *
     * @param owner whom the block belongs to
     * @throws IllegalArgumentException if the size is negative, or the alignment no power of two
     * @throws PoolExhaustedException if there is no room
     */
    public long allocateSlowly(long byteSize, long alignment, int owner) {
        long address = tryAllocate(byteSize, alignment, owner);
        return address != 0 ? address : allocateUnderPressure(byteSize, alignment, owner);
    }

    private long allocateUnderPressure(long byteSize, long alignment, int owner) {
        long[] found = {0};
        if (byteSize <= geometry.byteSize()) {
            pressure.call(byteSize, () -> (found[0] = tryAllocate(byteSize, alignment, owner)) != 0);
        }
        if (found[0] != 0) {
            return found[0];
        }
        failures.increment();
        Request last = new Request(byteSize + guardBytes, alignment, owner, Request.NO_CLASS, null);
        long address = byteSize > geometry.byteSize() ? 0 : supply.find(last, arenas.here());
        if (address != 0) {
            return finish(address, byteSize);
        }
        throw Exhaustion.of(
                settings.name(),
                statistics().memory(),
                geometry.regionBytes(),
                byteSize,
                alignment,
                last.refusal());
    }

    /**
     * Allocates if there is room, or can be made without asking others to free.
     *
     * @return the address, or 0
     * @throws IllegalArgumentException if the size is negative, or the alignment no power of two
     */
    public long tryAllocate(long byteSize, long alignment, int owner) {
        checkSize(byteSize);
        checkAlignment(alignment);
        checkOpen();
        if (byteSize > geometry.byteSize()) {
            return 0;
        }
        long payloadBytes = byteSize + guardBytes;
        int sizeClass =
                payloadBytes <= SizeClasses.MAX_BYTES ? SizeClasses.ofAligned(payloadBytes, alignment)
                        : Request.NO_CLASS;
        return sizeClass == Request.NO_CLASS
                ? tryBlock(byteSize, payloadBytes, alignment, owner)
                : tryCell(byteSize, payloadBytes, alignment, owner, sizeClass);
    }

    private long tryBlock(long byteSize, long payloadBytes, long alignment, int owner) {
        int home = homeOf(caches.current());
        Request request = new Request(payloadBytes, alignment, owner, Request.NO_CLASS, null);
        long block = request.ask(arenas.get(home), false, true);
        if (block == 0) {
            block = supply.find(request, home);
        }
        if (block == 0) {
            block = supply.findAfterReclaim(request, home);
            releaseSurplus();
        }
        return block == 0 ? 0 : finish(block, byteSize);
    }

    private int homeOf(CoreCache cache) {
        return cache == CoreCache.NONE ? arenas.here() : cache.home();
    }

    private long tryCell(long byteSize, long payloadBytes, long alignment, int owner, int sizeClass) {
        long code = CellHeaders.liveCode(sizeClass, owner);
        CoreCache cache = caches.attach();
        long cell;
        if (cache == CoreCache.NONE) {
            checkOpen();
            cell = fromStripe(sizeClass);
        } else {
            cell = cache.allocate(sizeClass, code);
            if (cell == 0) {
                cell = supply.refill(cache, sizeClass, true);
            }
        }
        if (cell == 0) {
            Request request = new Request(
                    payloadBytes, alignment, owner, sizeClass, cache == CoreCache.NONE ? null : cache);
            int home = homeOf(cache);
            cell = supply.find(request, home);
            if (cell == 0) {
                cell = supply.findAfterReclaim(request, home);
                releaseSurplus();
            }
            if (cell == 0 || !request.servedCell()) {
                return cell == 0 ? 0 : finish(cell, byteSize);
            }
        }
        CellHeaders.write(cell, code);
        return finishCell(cell, sizeClass, byteSize);
    }

    /** A cell for a virtual thread; its header is not written yet. */
    private long fromStripe(int sizeClass) {
        Stripe stripe = stripes.tryTake();
        if (stripe == null) {
            return supply.single(sizeClass, arenas.here(), null);
        }
        try {
            CoreCache cache = stripe.cache();
            long cell = cache.allocate(sizeClass, CellHeaders.freeCode(sizeClass));
            // Never waits for the arena's lock: whoever has that may need this stripe's carrier.
            return cell != 0 ? cell : supply.refill(cache, sizeClass, false);
        } finally {
            stripe.release();
        }
    }

    private long finish(long block, long byteSize) {
        return guards == null && !settings.zeroing() ? block : finishWith(block, payloadBytes(block), byteSize, -1);
    }

    private long finishCell(long cell, int sizeClass, long byteSize) {
        return guards == null && !settings.zeroing()
                ? cell
                : finishWith(cell, SizeClasses.usableBytes(sizeClass), byteSize, sizeClass);
    }

    private long finishWith(long block, long payloadBytes, long byteSize, int sizeClass) {
        Guards armed = guards;
        if (armed == null) {
            Memory.fill(block, byteSize, (byte) 0);
            return block;
        }
        if (!Guards.isZero(block, payloadBytes)) {
            HeapCorruptionException written = armed.writtenWhileFree(block, payloadBytes);
            withhold(block, sizeClass, written);
            throw written;
        }
        armed.arm(block, payloadBytes, byteSize);
        return block;
    }

    private void withhold(long block, int sizeClass, HeapCorruptionException found) {
        CoreArena arena = arenas.ownerOf(block);
        if (arena == null) {
            return;
        }
        if (sizeClass >= 0) {
            CellHeaders.write(block, CellHeaders.freeCode(sizeClass));
            arena.withholdCell(sizeClass, found);
        } else {
            arena.withholdBlock(block, found);
        }
    }

    /**
     * Allocates, and waits if there is no room, behind those that wait already.
     *
     * @param nanos at most
     * @throws InterruptedException if the thread is interrupted while it waits; nothing is allocated then
     * @throws PoolExhaustedException if the time is over
     */
    public long allocate(long byteSize, long alignment, int owner, long nanos) throws InterruptedException {
        long address = waiters.waiting() > 0 ? 0 : tryAllocate(byteSize, alignment, owner);
        if (address == 0 && byteSize <= geometry.byteSize()) {
            address = waiters.await(nanos, () -> tryAllocate(byteSize, alignment, owner));
        }
        return address != 0 ? address : allocateUnderPressure(byteSize, alignment, owner);
    }

    // Freeing

    /**
     * Frees a block of the pool itself, or a budget's on its account.
     *
     * @throws InvalidFreeException if the address is not a live block's
     * @throws HeapCorruptionException if the block's header, a neighbour's, or a guard was overwritten
     */
    public void free(long address) {
        if (!caches.current().free(address)) {
            freeSlowly(address, CellHeaders.POOL);
        }
    }

    /** The same for any owner, who is told if it is not the one that frees. */
    public void freeSlowly(long address, int owner) {
        checkOpen();
        if (!geometry.isBlockAddress(address)) {
            throw arenas.explain(address);
        }
        long code = CellHeaders.read(address);
        if (isLiveCell(address, code)) {
            freeCell(address, code, owner);
        } else {
            freeBlock(address, owner);
        }
    }

    /** Whether the code that stands at an address is a live cell's, and a slab has that cell. */
    private boolean isLiveCell(long address, long code) {
        if (!CellHeaders.isLive(code)) {
            return false;
        }
        long head = arenas.slabs().slabAt(address);
        return head != 0
                && arenas.slabs().indexOf(head, address) >= 0
                && arenas.slabs().sizeClass(head) == CellHeaders.sizeClass(code);
    }

    private void freeCell(long cell, long code, int owner) {
        int actual = CellHeaders.owner(code);
        BlockOwner account = accountOf(cell, owner, actual);
        int sizeClass = CellHeaders.sizeClass(code);
        if (guards != null) {
            disarm(guards, cell, code, sizeClass);
        }
        if (account != null) {
            account.freed(SizeClasses.usableBytes(sizeClass));
        }
        pushCell(cell, sizeClass);
    }

    /** Whom a free is charged back to, or null for the pool itself. */
    private @Nullable BlockOwner accountOf(long block, int owner, int actual) {
        if (actual == owner) {
            return actual == CellHeaders.POOL ? null : owners.get(actual);
        }
        BlockOwner account = owners.get(actual);
        if (owner == CellHeaders.POOL && account != null && account.poolMayFree()) {
            return account;
        }
        throw new InvalidFreeException(
                Reason.NOT_FROM_POOL,
                block,
                "pool '%s': %s belongs to %s (expected: to %s)"
                        .formatted(settings.name(), geometry.describe(block), describe(actual), describe(owner)));
    }

    private String describe(int owner) {
        BlockOwner account = owners.get(owner);
        return account == null ? "the pool itself" : account.describe();
    }

    /** The holder's last step with a cell: of several threads that free it one gets further than the first line. */
    private void disarm(Guards armed, long cell, long code, int sizeClass) {
        takeFromHolder(cell, code, sizeClass);
        int usableBytes = SizeClasses.usableBytes(sizeClass);
        try {
            armed.requested(cell, usableBytes);
        } catch (HeapCorruptionException e) {
            withhold(cell, sizeClass, e);
            throw e;
        }
        Memory.fill(cell, usableBytes, (byte) 0);
    }

    private void takeFromHolder(long cell, long code, int sizeClass) {
        if (!CellHeaders.exchange(cell, code, CellHeaders.freeCode(sizeClass))) {
            throw new InvalidFreeException(
                    Reason.DOUBLE_FREE,
                    cell,
                    "pool '%s': %s was freed by another thread at the same moment (expected: to be freed once)"
                            .formatted(settings.name(), geometry.describe(cell)));
        }
    }

    private void pushCell(long cell, int sizeClass) {
        CoreCache cache = caches.attach();
        if (cache == CoreCache.NONE) {
            checkOpen();
            pushToStripe(cell, sizeClass);
        } else if (!cache.push(sizeClass, cell)) {
            supply.pushToFull(cache, sizeClass, cell);
            memoryReturned();
        }
    }

    private void pushToStripe(long cell, int sizeClass) {
        CellHeaders.write(cell, CellHeaders.freeCode(sizeClass));
        Stripe stripe = stripes.tryTake();
        if (stripe != null) {
            try {
                CoreCache cache = stripe.cache();
                if (cache.push(sizeClass, cell) || (cache.grow(sizeClass) && cache.push(sizeClass, cell))) {
                    return;
                }
                returns.queueOldest(cache, sizeClass);
                if (cache.push(sizeClass, cell)) {
                    return;
                }
            } finally {
                stripe.release();
            }
        }
        returns.giveBack(sizeClass, cell, arenas.here());
        memoryReturned();
    }

    private void freeBlock(long address, int owner) {
        CoreArena arena = arenas.ownerOf(address);
        if (arena == null) {
            throw arenas.diagnosis().explain(address);
        }
        long bytes = arena.freeBlock(address, owner, guards);
        if (bytes < 0) {
            int actual = (int) (-1 - bytes);
            BlockOwner account = accountOf(address, owner, actual);
            bytes = arena.freeBlock(address, actual, guards);
            if (account != null) {
                account.freed(bytes);
            }
        } else if (owner != CellHeaders.POOL) {
            BlockOwner account = owners.get(owner);
            if (account != null) {
                account.freed(bytes);
            }
        }
        memoryReturned();
    }

    /** Something came back to an arena: whoever waits may try, and regions that are too many go. */
    private void memoryReturned() {
        waiters.memoryReturned();
        releaseSurplus();
    }

    private void releaseSurplus() {
        if (arenas.regions().retainedRegions() > settings.retainedRegions()) {
            try {
                arenas.regions().release(settings.retainedRegions());
            } catch (OsException e) {
                failedReleases.increment();
                log("a free region stays committed", e);
            }
        }
    }

    private void log(String what, Throwable thrown) {
        System.getLogger("dev.ashlar").log(WARNING, "pool '" + settings.name() + "': " + what, thrown);
    }

    // Blocks

    /** Usable bytes of a live block, with its guard. */
    public long payloadBytes(long address) {
        checkOpen();
        if (!geometry.isBlockAddress(address)) {
            throw arenas.explain(address);
        }
        long code = CellHeaders.read(address);
        if (isLiveCell(address, code)) {
            return SizeClasses.usableBytes(CellHeaders.sizeClass(code));
        }
        CoreArena arena = arenas.ownerOf(address);
        if (arena == null) {
            throw arenas.diagnosis().explain(address);
        }
        return arena.usableBytes(address);
    }

    /** How many bytes the holder of a live block may use. */
    public long usableBytes(long address) {
        long payloadBytes = payloadBytes(address);
        if (guards == null) {
            return payloadBytes;
        }
        try {
            return guards.requested(address, payloadBytes);
        } catch (HeapCorruptionException e) {
            // Unless it is being freed at this moment, which clears the guard.
            long code = CellHeaders.read(address);
            boolean cell = isLiveCell(address, code);
            int sizeClass = cell ? CellHeaders.sizeClass(code) : -1;
            if (cell) {
                takeFromHolder(address, code, sizeClass);
            }
            withhold(address, sizeClass, e);
            throw e;
        }
    }

    /**
     * Changes the size of a block: in place if it can stay, else by moving it. A cell of the pool itself that moves is one allocation and one
     * free, on their hot paths.
     *
     * @return its address now
     */
    public long resize(long address, long byteSize) {
        // Not closed: portable memory is unmapped by then.
        if ((byteSize | (hotBytes - byteSize)) >= 0 && geometry.isBlockAddress(address) && !closed) {
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
        return resize(address, byteSize, BlockLayout.UNIT_BYTES);
    }

    /** A cell is kept unless a class of half its size would do. */
    private static boolean staysInCell(long usable, long byteSize) {
        return byteSize <= usable && byteSize >= usable / 2;
    }

    /** The same, aligned if it moves. */
    public long resize(long address, long byteSize, long alignment) {
        checkSize(byteSize);
        checkAlignment(alignment);
        long usable = usableBytes(address);
        int owner = ownerOf(address);
        if (owner == Owners.SCOPES) {
            throw new InvalidFreeException(
                    Reason.NOT_FROM_POOL,
                    address,
                    "pool '%s': %s belongs to %s (expected: to the pool or a budget)"
                            .formatted(settings.name(), geometry.describe(address), describe(owner)));
        }
        if (owner == CellHeaders.POOL && staysAt(address, usable, byteSize, alignment)) {
            return address;
        }
        BlockOwner account = owners.get(owner);
        long moved =
                account == null ? allocateSlowly(byteSize, alignment, owner) : account.allocate(byteSize, alignment);
        Memory.copy(address, moved, Math.min(usable, byteSize));
        try {
            freeSlowly(address, owner);
        } catch (RuntimeException e) {
            freeSlowly(moved, owner);
            throw e;
        }
        return moved;
    }

    private boolean staysAt(long address, long usable, long byteSize, long alignment) {
        if (guards != null || (address & (alignment - 1)) != 0 || byteSize > geometry.byteSize()) {
            return false;
        }
        if (CellHeaders.isIntact(CellHeaders.read(address))) {
            return staysInCell(usable, byteSize);
        }
        if (byteSize <= SizeClasses.MAX_BYTES) {
            return false;
        }
        CoreArena arena = arenas.ownerOf(address);
        if (arena == null) {
            return false;
        }
        try {
            boolean stays = arena.resizeBlock(address, BlockLayout.unitsFor(byteSize));
            if (stays && byteSize < usable) {
                memoryReturned();
            }
            return stays;
        } catch (OsException e) {
            // The block may still find room elsewhere, and if not, that allocation says why.
            return false;
        }
    }

    /** The owner of a live block. */
    public int ownerOf(long address) {
        long code = CellHeaders.read(address);
        if (isLiveCell(address, code)) {
            return CellHeaders.owner(code);
        }
        CoreArena arena = arenas.ownerOf(address);
        return arena == null ? CellHeaders.POOL : arena.ownerOfBlock(address);
    }

    /** The code of a live cell that belongs to a scope. */
    public static long scopeCode(int sizeClass) {
        return CellHeaders.liveCode(sizeClass) + SCOPE_MARK;
    }

    /** Gives an owner its number. */
    public int addOwner(BlockOwner owner) {
        return owners.add(owner);
    }

    /** Forgets an owner that has no block any more. */
    public void removeOwner(int number) {
        owners.remove(number);
    }

    /** The cache of this thread, which may be {@link CoreCache#NONE}; for views that allocate for an owner. */
    public CoreCache currentCache() {
        return caches.current();
    }

    /** A cache of its own for a view of one thread; {@link #release} takes it back. */
    public CoreCache newCache() {
        checkOpen();
        CoreCache cache = new CoreCache(VIEW, geometry, cacheBudget, arenas.here(), guards == null, newHold());
        caches.addView(cache);
        return cache;
    }

    private Hold newHold() {
        return arenas.reservation().newHold();
    }

    /** The counter for scopes of threads that have no cache; used from any thread. */
    public Hold sharedHold() {
        return scopesOfVirtualThreads;
    }

    /** Takes the cells of a view's cache back. */
    public void release(CoreCache cache) {
        if (!closed) {
            returns.empty(cache);
            memoryReturned();
        }
        caches.remove(cache);
        arenas.reservation().forget(cache.hold());
    }

    /** A cell for a view's cache that has none, for the pool itself; or 0. */
    public long refill(CoreCache cache, int sizeClass) {
        checkOpen();
        long cell = supply.refill(cache, sizeClass, true);
        if (cell != 0) {
            CellHeaders.write(cell, CellHeaders.liveCode(sizeClass));
        }
        return cell;
    }

    /** Takes a live cell of the pool into a view's cache that may be full; false if it is not one. */
    public boolean freeInto(CoreCache cache, long address) {
        checkOpen();
        if (guards != null || !geometry.isBlockAddress(address)) {
            return false;
        }
        long code = CellHeaders.read(address);
        if (!isLiveCell(address, code) || CellHeaders.owner(code) != CellHeaders.POOL) {
            return false;
        }
        supply.pushToFull(cache, CellHeaders.sizeClass(code), address);
        memoryReturned();
        return true;
    }

    /** The whole memory in the pool's scope. */
    public MemorySegment memory() {
        return arenas.reservation().segment();
    }

    /** The guards of a hardened pool, or null. */
    public @Nullable Guards guards() {
        return guards;
    }

    /** Why a segment or an address is not the pool's. */
    public InvalidFreeException foreignSegment(long address, String what) {
        return arenas.diagnosis().foreignSegment(address, what);
    }

    /** A segment of an earlier owner of the block. */
    public InvalidFreeException stale(long address) {
        return arenas.diagnosis().stale(address);
    }

    // Care

    /** Registers a callback that may free memory before a request fails; the result takes it out. */
    public Runnable onPressure(int priority, LongConsumer callback) {
        return pressure.add(priority, callback);
    }

    /** Changes the fit policy of all arenas. */
    public void policy(FitPolicy policy) {
        checkOpen();
        for (int i = 0; i < arenas.count(); i++) {
            arenas.get(i).policy(policy);
        }
    }

    /** The fit policy in force. */
    public FitPolicy policy() {
        return arenas.get(0).policy();
    }

    /** Changes how many bytes caches may hold. */
    public void cacheLimits(long cacheBytes, long allCachesBytes) {
        cacheBudget.limit(cacheBytes, allCachesBytes);
    }

    /** What caches may hold. */
    public CacheBudget cacheBudget() {
        return cacheBudget;
    }

    /** Takes back what the caches of this thread and of ended ones hold, and what waits in queues, and merges it. */
    public void reclaim() {
        checkOpen();
        supply.reclaim();
        memoryReturned();
    }

    /** Gives all wholly free regions back to the operating system; the bytes. */
    public long trim() {
        reclaim();
        return arenas.regions().release(0);
    }

    /** What the worker does now and then: nothing that others depend on for being right. */
    void maintain() {
        if (closed) {
            return;
        }
        synchronized (maintenance) {
            supply.reapCaches();
            supply.drainIdle();
        }
        memoryReturned();
    }

    /** The figures of this moment. */
    public PoolStatistics statistics() {
        checkOpen();
        synchronized (maintenance) {
            return new PoolFigures(settings, arenas, caches, stripes, cacheBudget)
                    .statistics(supply, waiters, pressure, failures.sum(), failedReleases.sum());
        }
    }

    /** Shows all blocks and cells, arena by arena. */
    public void walk(BlockVisitor visitor) {
        checkOpen();
        for (int i = 0; i < arenas.count(); i++) {
            arenas.get(i).walk(visitor);
        }
    }

    /** Recomputes each arena; with {@code quiet}, that nobody allocates or frees, what is live and cached as well. */
    public void validate(boolean quiet) {
        checkOpen();
        PoolFigures figures = new PoolFigures(settings, arenas, caches, stripes, cacheBudget);
        if (quiet) {
            // Callers see to it that they are quiet themselves, and can't do that for the worker.
            synchronized (maintenance) {
                figures.validate(true);
            }
        } else {
            figures.validate(false);
        }
    }

    /** Lifts the fence of each arena that validates. */
    public void recover() {
        checkOpen();
        for (int i = 0; i < arenas.count(); i++) {
            arenas.get(i).recover();
        }
    }

    /** Whether the pool is closed. */
    public boolean isClosed() {
        return closed;
    }

    /** For what needs the pool's memory to be there. */
    public void checkOpen() {
        if (closed) {
            throw new IllegalStateException("pool '" + settings.name() + "' is closed (expected: open)");
        }
    }

    /**
     * Closes the pool; whoever comes second returns when it is closed, or tries what was refused again.
     *
     * @throws IllegalStateException if a thread uses a segment in an I/O operation or a native call; the pool is open then, or if it is
     *     hardened closed for all but this: some of its generations have ended, and don't begin again
     */
    public synchronized void close() {
        if (closed && arenas.reservation().isClosed()) {
            return;
        }
        closed = true;
        caches.close();
        for (int i = 0; i < arenas.count(); i++) {
            arenas.get(i).setClosed(true);
        }
        try {
            if (guards != null) {
                guards.close();
            }
            arenas.reservation().close();
        } finally {
            if (arenas.reservation().isClosed()) {
                worker.stop();
                OpenSpaces.remove(this);
            } else if (guards == null) {
                reopen();
            }
        }
    }

    private void reopen() {
        closed = false;
        for (int i = 0; i < arenas.count(); i++) {
            arenas.get(i).setClosed(false);
        }
        caches.reopen();
    }

    private static void checkSize(long byteSize) {
        if (byteSize < 0) {
            throw new IllegalArgumentException("byteSize: " + byteSize + " (expected: 0 or more)");
        }
    }

    private static void checkAlignment(long alignment) {
        if (alignment <= 0 || (alignment & (alignment - 1)) != 0) {
            throw new IllegalArgumentException("alignment: " + alignment + " (expected: a power of two)");
        }
    }
}
