package dev.ashlar.arenas;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import dev.ashlar.Adaptation;
import dev.ashlar.ArenaStatistics;
import dev.ashlar.BlockVisitor;
import dev.ashlar.Coalescing;
import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.DefragSettings;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.OsException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.PoolStatistics;
import dev.ashlar.RegionVisitor;
import dev.ashlar.SizeClassFragmentation;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CacheTable;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.pool.PoolEngine;
import dev.ashlar.pool.PoolSettings;
import dev.ashlar.record.EventSink;
import dev.ashlar.record.TraceSink;
import org.jspecify.annotations.Nullable;

/**
 * An off-heap memory pool for many threads: blocks of any size and alignment out of one reserved range of addresses, freed one by one in any
 * order and by any thread.
 *
 * <pre>{@code
 *     try (MemoryPool pool = MemoryPool.builder().name("query").capacity(8L << 30).build()) {
 *         MemorySegment column = pool.allocate(4096, 64);       // it is a SegmentAllocator
 *         pool.free(column);
 *         try (Arena scratch = pool.openArena()) {              // a java.lang.foreign.Arena: all returned at close
 *             MemorySegment row = scratch.allocate(100);
 *         }
 *         long key = pool.allocateAddress(64);                  // no object at all
 *         pool.freeAddress(key);
 *     }
 * }</pre>
 *
 * <p><b>Units and alignment.</b> Sizes are in bytes, addresses absolute. A block's address is a multiple of 16, and of the alignment asked for. A size of
 * 0 is allowed and gives a block of its own. Requests up to 8,200 bytes are served from cells of equal size, larger ones from blocks that
 * merge with their neighbours when they are freed; each has a header of 8 bytes.
 *
 * <p><b>Contents</b> are what the last owner left, unless the pool is {@linkplain #isHardened() hardened} or {@linkplain #isZeroing() zeroing}.
 *
 * <p><b>Threads.</b> All methods may be called by any thread, platform or virtual, and a block be freed by another thread than the one that
 * allocated it, ordered by the program's own means. A platform thread has a cache of its own: most of its calls take no lock and touch no shared memory.
 * Virtual threads share a few caches. Whoever holds an address, and no segment, must keep the pool reachable.
 *
 * <p><b>Errors.</b> Every method but {@link #close}, {@link #name} and the settings throws {@link IllegalStateException} once the pool is closed.
 * {@link HeapCorruptionException} says that memory which is the pool's own was overwritten; the arena concerned is fenced and the others serve on. A
 * method that throws has changed nothing, but for blocks that it reports as withheld.
 *
 * <p><b>Cost.</b> Allocating and freeing are O(1) but for a search of the fit policy and for the calls that grow the pool; {@link #walk} and
 * {@link #validate} are O(blocks). No operation makes a Java object but those that return one, and those that find a cache or an arena empty.
 */
public final class MemoryPool implements SegmentAllocator, AutoCloseable {
    private final PoolEngine engine;
    private final Segments segments;
    private final MovableBlocks movable;
    private final CoreCache[] caches;
    private final long hotBytes;
    private final boolean attachable;

    MemoryPool(PoolSettings settings, boolean attachable) {
        this.attachable = attachable;
        engine = new PoolEngine(settings);
        caches = engine.cacheTable();
        hotBytes = engine.hotBytes();
        segments = new Segments(engine);
        movable = new MovableBlocks(this, engine);
    }

    /** A builder with default settings. */
    public static MemoryPoolBuilder builder() {
        return new MemoryPoolBuilder();
    }

    // By address

    /**
     * Allocates a block, aligned to 16 bytes.
     *
     * @param byteSize 0 or more
     * @return its address
     * @throws IllegalArgumentException if the size is negative
     * @throws PoolExhaustedException if there is no room, and pressure callbacks made none
     */
    public long allocateAddress(long byteSize) {
        try {
            // PoolEngine.allocate, with the table of caches in hand.
            if ((byteSize | (hotBytes - byteSize)) >= 0) {
                long cell = CacheTable.current(caches).allocate(SizeClasses.of(byteSize));
                if (cell != 0) {
                    return cell;
                }
            }
            return engine.allocateSlowly(byteSize, BlockLayout.UNIT_BYTES, CellHeaders.POOL);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Allocates a block.
     *
     * @param byteSize 0 or more
     * @param alignment a power of two; less than 16 counts as 16
     * @return its address, a multiple of the alignment
     * @throws IllegalArgumentException if the size is negative or the alignment no power of two
     * @throws PoolExhaustedException if there is no room, and pressure callbacks made none
     */
    public long allocateAddress(long byteSize, long alignment) {
        try {
            return engine.allocateSlowly(byteSize, alignment, CellHeaders.POOL);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Allocates a block if there is room, or can be made without asking anybody to free something.
     *
     * @param byteSize 0 or more
     * @param alignment a power of two
     * @return its address, or 0
     * @throws IllegalArgumentException if the size is negative or the alignment no power of two
     */
    public long tryAllocateAddress(long byteSize, long alignment) {
        try {
            return engine.tryAllocate(byteSize, alignment, CellHeaders.POOL);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Allocates a block, and waits for room if there is none. Requests that wait are served in the order in which they came, one at a time; a
     * request that does not wait may overtake them while there is memory for it.
     *
     * @param byteSize 0 or more
     * @param alignment a power of two
     * @param timeout how long at most
     * @return its address
     * @throws IllegalArgumentException if the size is negative or the alignment no power of two
     * @throws InterruptedException if the thread is interrupted while it waits; nothing is allocated then
     * @throws PoolExhaustedException if there was no room in time
     */
    public long allocateAddress(long byteSize, long alignment, Duration timeout) throws InterruptedException {
        long nanos = nanosOf(timeout);
        try {
            return engine.allocate(byteSize, alignment, CellHeaders.POOL, nanos);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private static long nanosOf(Duration timeout) {
        Objects.requireNonNull(timeout, "timeout");
        try {
            return Math.max(0, timeout.toNanos());
        } catch (ArithmeticException e) {
            return timeout.isNegative() ? 0 : Long.MAX_VALUE / 2;
        }
    }

    /**
     * Changes the size of a block: in place if its neighbourhood allows that, else by moving it. The contents are kept, up to the smaller of
     * the sizes. A hardened pool always moves.
     *
     * @param address of a live block of the pool or of a budget
     * @param byteSize 0 or more
     * @return its address now; if it is another one, the old one has been freed
     * @throws IllegalArgumentException if the size is negative
     * @throws InvalidFreeException if the address is not a live block's, or a scope's
     * @throws PoolExhaustedException if it had to move and there is no room; the block is as it was
     */
    public long resizeAddress(long address, long byteSize) {
        try {
            return engine.resize(address, byteSize);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Frees a block. A budget's block is charged back to it.
     *
     * @param address that an allocation or a resize of this pool returned, and that was not freed since
     * @throws InvalidFreeException if it is anything else, or belongs to an open arena
     * @throws HeapCorruptionException if the block's header, a neighbour's, or a guard was overwritten
     */
    public void freeAddress(long address) {
        try {
            if (!CacheTable.current(caches).free(address)) {
                engine.freeSlowly(address, CellHeaders.POOL);
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * How many bytes the holder of a block may use: what was asked for, and what rounding added. In a hardened pool exactly what
     * was asked for.
     *
     * @throws InvalidFreeException if the address is not a live block's
     */
    public long usableSize(long address) {
        try {
            return engine.usableBytes(address);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    // By segment

    /**
     * Allocates a block as a segment.
     *
     * @param byteSize 0 or more
     * @param byteAlignment a power of two; less than 16 counts as 16
     * @return a segment of exactly that size, which becomes inaccessible when the pool is closed
     * @throws IllegalArgumentException if the size is negative or the alignment no power of two
     * @throws PoolExhaustedException if there is no room, and pressure callbacks made none
     */
    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        return segments.of(
                Segments.isUsual(byteAlignment)
                        ? allocateAddress(byteSize)
                        : allocateAddress(byteSize, byteAlignment),
                byteSize);
    }

    /**
     * Allocates a block as a segment if there is room, or can be made without asking anybody to free something.
     *
     * @return the segment, or null
     * @throws IllegalArgumentException if the size is negative or the alignment no power of two
     */
    public @Nullable MemorySegment tryAllocate(long byteSize, long byteAlignment) {
        long address = tryAllocateAddress(byteSize, byteAlignment);
        return address == 0 ? null : segments.of(address, byteSize);
    }

    /**
     * Allocates a block as a segment, and waits for room if there is none; see {@link #allocateAddress(long, long, Duration)}.
     *
     * @throws IllegalArgumentException if the size is negative or the alignment no power of two
     * @throws InterruptedException if the thread is interrupted while it waits; nothing is allocated then
     * @throws PoolExhaustedException if there was no room in time
     */
    public MemorySegment allocate(long byteSize, long byteAlignment, Duration timeout) throws InterruptedException {
        return segments.of(allocateAddress(byteSize, byteAlignment, timeout), byteSize);
    }

    /**
     * Changes the size of a segment's block, in place or by moving it; the old segment must not be used afterwards.
     *
     * @param segment that this pool or a budget of it allocated
     * @param byteSize 0 or more
     * @return a segment of exactly that size, with the old contents up to the smaller of the sizes; aligned to 16
     * @throws IllegalArgumentException if the size is negative
     * @throws InvalidFreeException if it is not this pool's segment of a live block
     * @throws PoolExhaustedException if it had to move and there is no room; the segment is as it was
     */
    public MemorySegment resize(MemorySegment segment, long byteSize) {
        return segments.of(resizeAddress(segments.addressOf(segment), byteSize), byteSize);
    }

    /**
     * Frees the block that a segment begins. The segment's own length and read-only state do not matter; a slice that begins elsewhere is refused.
     *
     * @throws InvalidFreeException if it is not this pool's segment, or does not begin a live block
     * @throws HeapCorruptionException if the block's header, a neighbour's, or a guard was overwritten
     */
    public void free(MemorySegment segment) {
        freeAddress(segments.addressOf(segment));
    }

    // Views

    /**
     * Opens a view for the calling thread alone, with a cache of its own and no lookup: the fastest way to allocate, for code that has an
     * object for each task.
     */
    public ConfinedPool confined() {
        return new ConfinedPool(this, engine, segments);
    }

    /**
     * Opens an arena for the calling thread, as {@link Arena#ofConfined()} does: zeroed memory, inaccessible after close, all of it returned to
     * this pool then. Closing the pool first leaves the arena usable until it is closed.
     *
     * @throws UnsupportedOperationException if native access is denied, so that memory has one scope only
     */
    public Arena openArena() {
        return openArena(Contents.ZEROED);
    }

    /** The same, with the choice not to have memory zeroed. */
    public Arena openArena(Contents contents) {
        Objects.requireNonNull(contents, "contents");
        return new ConfinedArena(engine, contents == Contents.ZEROED);
    }

    /**
     * Opens an arena for any thread, as {@link Arena#ofShared()} does: zeroed memory, inaccessible after close, all of it returned to this pool
     * then. Closing costs a handshake with all threads.
     *
     * @throws UnsupportedOperationException if native access is denied, so that memory has one scope only
     */
    public Arena openSharedArena() {
        return openSharedArena(Contents.ZEROED);
    }

    /** The same, with the choice not to have memory zeroed. */
    public Arena openSharedArena(Contents contents) {
        Objects.requireNonNull(contents, "contents");
        return new SharedArena(engine, contents == Contents.ZEROED);
    }

    /**
     * Opens a budget: a part of this pool with a limit of its own.
     *
     * @param name in messages and reports
     * @param limitBytes the most that its live blocks may have, in usable bytes
     * @throws IllegalArgumentException if the limit is negative
     */
    public Budget openBudget(String name, long limitBytes) {
        return new Budget(this, engine, segments, null, name, limitBytes);
    }

    /**
     * Allocates a block that this pool may move while it is not pinned.
     *
     * @param byteSize 0 or more
     * @throws IllegalArgumentException if the size is negative
     * @throws PoolExhaustedException if there is no room, also after a compaction, and pressure callbacks made none
     */
    public MovableHandle allocateMovable(long byteSize) {
        return new MovableHandle(movable, movable.allocate(byteSize), byteSize);
    }

    /** The movable blocks by number, their compaction and their figures. */
    public MovableBlocks movable() {
        return movable;
    }

    /**
     * Registers a callback that is asked to free memory before a request fails, on the thread that requests and with no lock held. A callback that throws
     * is counted and reported, and the request goes on.
     *
     * @param priority the highest is called first; of equal ones the earliest registered
     * @return takes the callback out again
     */
    public Registration onPressure(int priority, PressureCallback callback) {
        Objects.requireNonNull(callback, "callback");
        return engine.care().onPressure(priority, callback::freeMemory)::run;
    }

    // Settings

    /** The name given to the builder. */
    public String name() {
        return engine.settings().name();
    }

    /** The most bytes that regions may take. */
    public long capacity() {
        return engine.settings().capacityBytes();
    }

    /** The most bytes that regions may take now: the capacity, unless it was {@linkplain #limit(long) limited}. */
    public long limit() {
        return engine.care().limit();
    }

    /**
     * Limits what regions may take, below the capacity or up to it again. Nothing is taken away: as long as more is in use the pool serves from what is free in it, and regions that become
     * wholly free go back to the operating system.
     *
     * @param bytes 0 or more, rounded up to whole regions; what is beyond the capacity counts as the capacity
     * @throws IllegalArgumentException if it is negative
     */
    public void limit(long bytes) {
        engine.care().limit(MemoryPoolBuilder.inRange("limit", bytes, 0, Long.MAX_VALUE));
    }

    /** Whether tools of the same user may look at this pool, and steer it, from outside the process. */
    public boolean isAttachable() {
        return attachable;
    }

    /** The open pools of this process, in no order; those that are not attachable are among them. */
    public static List<MemoryPool> open() {
        return OpenPools.all();
    }

    /** Bytes of a region. */
    public long regionSize() {
        return 1L << engine.settings().regionShift();
    }

    /** How many arenas there are. */
    public int arenas() {
        return engine.settings().arenas();
    }

    /** When freed cells go back to their slabs. */
    public Coalescing coalescing() {
        return engine.settings().coalescing();
    }

    /** Whether blocks are guarded. */
    public boolean isHardened() {
        return engine.settings().hardened();
    }

    /** Whether memory is handed out zeroed. */
    public boolean isZeroing() {
        return engine.settings().zeroing() || engine.settings().hardened();
    }

    /** Whether huge pages are asked for. */
    public boolean usesHugePages() {
        return engine.settings().hugePages();
    }

    /** Whether the pool does without native access, and so can't give memory back before it is closed, nor open arenas. */
    public boolean isPortable() {
        return !engine.reservation().canRescope();
    }

    /** How many bytes of wholly free regions stay committed, at most. */
    public long retained() {
        return engine.settings().retainedRegions() * regionSize();
    }

    /** The most bytes that one thread's cache may hold. */
    public long cacheLimit() {
        return engine.care().cacheBudget().cacheBytes();
    }

    /** The most bytes that all caches may hold. */
    public long cachesLimit() {
        return engine.care().cacheBudget().poolBytes();
    }

    /**
     * Changes what caches may hold. Caches that hold more do so until they are emptied.
     *
     * @param cacheBytes one cache, 0 or more
     * @param allCachesBytes all of them, 0 or more
     * @throws IllegalArgumentException if one is negative
     */
    public void cacheLimits(long cacheBytes, long allCachesBytes) {
        engine.checkOpen();
        engine.care().cacheLimits(
                MemoryPoolBuilder.inRange("cacheLimit", cacheBytes, 0, Long.MAX_VALUE),
                MemoryPoolBuilder.inRange("cachesLimit", allCachesBytes, 0, Long.MAX_VALUE));
    }

    /** How often the pool looks after ended threads and idle queues. */
    public Duration reclaimPeriod() {
        return Duration.ofNanos(engine.settings().reclaimNanos());
    }

    /** The fit policy that was set, {@link FitPolicy#ADAPTIVE} or the one in force. */
    public FitPolicy policy() {
        return engine.care().policy();
    }

    /**
     * Changes the fit policy, for the next request on. O(arenas x regions): no block is touched. A fixed policy stays until another is set;
     * {@link FitPolicy#ADAPTIVE} begins anew each time it is set, in each arena for itself.
     */
    public void policy(FitPolicy policy) {
        engine.care().policy(Objects.requireNonNull(policy, "policy"));
    }

    /** What {@link FitPolicy#ADAPTIVE} favours. */
    public Favour favour() {
        return engine.settings().favour();
    }

    // Care

    /** What {@link FitPolicy#ADAPTIVE} has done so far, and which policy serves requests now, for each arena. O(arenas). */
    public Adaptation adaptation() {
        try {
            return engine.care().adaptation();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** The figures of this moment. O(caches + arenas x regions / 64), whatever the number of blocks; changes nothing. */
    public PoolStatistics statistics() {
        try {
            return engine.view().statistics();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** The figures of each arena, the one of the movable blocks as the last, if there are any. O(arenas), each under its own lock; changes nothing. */
    public List<ArenaStatistics> arenaStatistics() {
        try {
            return engine.view().arenaStatistics();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** What fragmentation costs requests of each size class, over what is free in all arenas. O(blocks); changes nothing. */
    public List<SizeClassFragmentation> fragmentationBySizeClass() {
        try {
            return engine.view().fragmentationBySizeClass();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * How many bytes of this pool are in memory now, as the operating system counts them: pages that were written and not given back. O(committed pages).
     *
     * @return a multiple of the page size, or -1 where the system does not tell
     */
    public long residentBytes() {
        try {
            return engine.view().residentBytes();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** The budgets that are open, in no order. O(budgets). */
    public List<Budget> budgets() {
        return engine.owners().stream().map(Budget::of).filter(Objects::nonNull).toList();
    }

    /** Takes back what is cached by this thread and by ended ones, and what waits in queues, and merges it. */
    public void reclaim() {
        try {
            engine.care().reclaim();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Does the same, and gives all wholly free regions back to the operating system.
     *
     * @return committed bytes given back
     * @throws OsException if the operating system refuses; what it took until then is given back, and the pool serves on
     */
    public long trim() {
        try {
            return engine.care().trim();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Has the pool's worker put together what is free and give back what is not used, in all arenas: cells of this thread's cache, of ended threads' and in queues return to
     * their slabs, empty slabs merge, the pages inside free blocks and all wholly free regions go back to the operating system. Never moves a live block. Others allocate and free
     * meanwhile; an arena's lock is held for one {@link DefragSettings#slice} at a time.
     *
     * @return answered with what was done, in bytes. Cancelling it ends the defragmentation after the piece of work that it is at. It fails with {@link
     *     IllegalStateException} if the pool is closed meanwhile, is dropped, or its worker has died. It does not keep the pool, and what depends on it runs in its
     *     default executor
     */
    public CompletableFuture<DefragReport> defragment() {
        return defragment(DefragOptions.all());
    }

    /**
     * The same for one arena, with a time limit, or a limit of bytes.
     *
     * @throws IllegalArgumentException if there is no such arena
     */
    public CompletableFuture<DefragReport> defragment(DefragOptions options) {
        Objects.requireNonNull(options, "options");
        try {
            return engine.care().defragment(options);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** The reports of the last 8 defragmentations, on demand and on the worker's own, oldest first. O(1), also of a closed pool. */
    public List<DefragReport> defragReports() {
        return engine.care().defragReports();
    }

    /** How the worker defragments on its own. */
    public DefragSettings defragSettings() {
        return engine.care().defragSettings();
    }

    /** Changes that, for its next run on. */
    public void defragSettings(DefragSettings settings) {
        engine.care().defragSettings(Objects.requireNonNull(settings, "settings"));
    }

    /**
     * Shows all blocks and cells: live, cached, free and withheld, arena by arena in address order, each arena under its lock. O(blocks). While other
     * threads allocate and free, which cells are live is a guess.
     */
    public void walk(BlockVisitor visitor) {
        Objects.requireNonNull(visitor, "visitor");
        try {
            engine.view().walk(visitor);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Shows all regions in address order, and of the committed ones each byte, by what it is used for. An arena's lock is held for one region at a time, so that
     * others allocate and free meanwhile; then the whole is no picture of one moment, and which cells are live, cached or queued is a guess. The bytes of a walk while no
     * thread allocates or frees add up to {@link #statistics}, unless cells were found damaged: those count as cached here. O(regions + blocks).
     *
     * @throws HeapCorruptionException if a header is damaged; its arena is fenced then
     */
    public void walkRegions(RegionVisitor visitor) {
        Objects.requireNonNull(visitor, "visitor");
        try {
            engine.view().walkRegions(visitor);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Recomputes each arena from a walk under its lock, and checks every header, boundary tag, link, bitmap and counter against it. O(blocks). Others
     * may allocate and free meanwhile.
     *
     * @throws HeapCorruptionException about the first thing that is not as it must be; its arena is fenced then
     */
    public void validate() {
        try {
            engine.view().validate(false);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * The same while no thread allocates or frees, which the caller sees to: then live and pending cells are counted as well, and
     * {@code live + pending + free + headers + overhead == committed} is checked for the whole pool.
     *
     * @throws HeapCorruptionException about the first thing that is not as it must be
     */
    public void validateQuiet() {
        try {
            engine.view().validate(true);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Lifts the fence of arenas in which damage was found, if they validate now.
     *
     * @throws HeapCorruptionException if one doesn't; it stays fenced
     */
    public void recover() {
        try {
            engine.care().recover();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Begins to record what is allocated, resized and freed, by all threads and through all views, as a trace: {@code ./ashlar whatif FILE} shows how
     * other settings would have done, {@code ./ashlar replay FILE} replays it. Recorded is each block that is handed out from now on, with its later
     * resizes and its free. Blocks that are live already are left out, and so are their frees; {@link Recording#liveBytesAtStart} says how much that is.
     *
     * <p>While it runs, every call takes the way that otherwise only those take that find their cache empty, and an atomic addition besides; afterwards
     * nothing is left of that but at the one free of each block that was recorded and lives on. It takes 2 MiB of the Java heap, up to 50 bytes
     * for each recorded block that is live, and a thread that writes. It ends by {@link Recording#close}, with the pool, when the file is full or can't be
     * written, or if events come faster than they can be written for some tenths of a second.
     *
     * @param file the trace; it appears when the recording ends, and then replaces a file of that name. Meanwhile events are in a temporary file
     *     beside it
     * @param maxBytes the most bytes that the file may have, and the temporary one; an event takes about 4 before compression
     * @return the recording, which is running
     * @throws IllegalArgumentException if {@code maxBytes} is below 4096, or the path has no file name
     * @throws IllegalStateException if a recording of this pool is running
     * @throws IOException if no temporary file can be made beside the file
     */
    public Recording startRecording(Path file, long maxBytes) throws IOException {
        Path target = file.toAbsolutePath();
        MemoryPoolBuilder.inRange("maxBytes", maxBytes, Recording.LEAST_BYTES, Long.MAX_VALUE);
        long liveBytes = statistics().memory().liveBytes();
        return startRecording(target, TraceSink.create(target, maxBytes), liveBytes);
    }

    /** For tests, which give a sink of their own. */
    Recording startRecording(Path file, EventSink sink, long liveBytes) throws IOException {
        try {
            return new Recording(file, engine.startRecording(file.toString(), sink), liveBytes);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Whether the pool is closed. */
    public boolean isClosed() {
        return engine.isClosed();
    }

    /**
     * Closes the pool: its segments become inaccessible, its memory goes back to the operating system, live blocks and all. The memory of arenas that
     * are open, and of confined pins, stays until they are closed; all other pins end. Closing again does nothing; of two threads one closes, and both
     * return when it is done. Costs a handshake with all threads. A {@linkplain #startRecording recording} ends, and is written before this returns.
     *
     * @throws IllegalStateException if a thread is using one of its segments in an I/O operation or a native call; the pool stays open (a
     *     hardened one refuses everything else from then on), and close can be called again
     */
    @Override
    public void close() {
        engine.close();
        OpenPools.closed(this);
        engine.endRecording();
    }

    @Override
    public String toString() {
        return isClosed() ? "pool '" + name() + "', closed" : "pool '" + name() + "' " + statistics().memory();
    }
}
