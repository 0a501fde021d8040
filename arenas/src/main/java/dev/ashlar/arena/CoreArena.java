package dev.ashlar.arena;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

import dev.ashlar.BlockState;
import dev.ashlar.BlockVisitor;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.HeapStatistics;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.os.Memory;
import dev.ashlar.region.BlockLookup;
import dev.ashlar.region.BlockSpace;
import dev.ashlar.region.BlockValidator;
import dev.ashlar.region.FreeDiagnosis;
import dev.ashlar.region.Guards;
import dev.ashlar.slab.SlabTable;
import dev.ashlar.slab.SlabValidator;
import dev.ashlar.slab.Slabs;
import org.jspecify.annotations.Nullable;

/**
 * The owner of regions, of the blocks and slabs in them, and of what other threads give back to it; one for each core, behind one lock.
 *
 * <pre>{@code
 *     serveCells -> enter -> drain some of the queue -> Slabs.take               a magazine full, in address order
 *                             no slab has room       -> drain all of it -> a new slab out of a free block
 *                             no free block for it   -> if asked to grow: a region -> a new slab
 *     serveBlock -> enter -> BlockSpace.carve -> if asked to grow: BlockSpace.grow
 *     takeBack   -> enter -> Slabs.put, for each cell that is ours
 *     offer      -> the queue                        full: the caller's takeBack
 * }</pre>
 *
 * <p>Nothing here waits for anything but this lock, and a thread that has it takes no other arena's: whoever needs several takes them one
 * by one.
 *
 * <p><b>Damage.</b> What is found damaged fences this arena alone: it serves nothing more until it validates, and keeps what comes
 * back to it aside. An error in the middle of a change (no stack, no heap) makes it suspect: the next one to enter validates it first.
 */
public final class CoreArena {
    /** So many batches are put back by whoever has the lock for another reason. */
    private static final int BATCHES_A_VISIT = 4;

    private static final int QUEUE_BATCHES = 256;

    private final int number;
    private final String poolName;
    private final Geometry geometry;
    private final BlockSpace space;
    private final SlabTable table;
    private final Slabs slabs;
    private final BlockLookup lookup;
    private final FreeDiagnosis diagnosis;
    private final RemoteQueue queue;
    private final OwnedBlocks owned = new OwnedBlocks();
    private final ReentrantLock lock = new ReentrantLock();
    private final long[] single = new long[1];

    // Guarded by lock.
    private boolean suspect;
    private boolean closed;
    private @Nullable HeapCorruptionException damage;
    private long[] stranded = new long[0];
    private int strandedCount;
    private long refills;
    private long blocksServed;
    private long cellsServed;
    private long doubleFrees;
    private long withheldCells;
    private long withheldCellBytes;

    /** Free bytes when the lock was last given up: whether a visit would pay. */
    private volatile long freeBytesHint;

    /**
     * An arena without a region.
     *
     * @param number among the arenas of its pool
     * @param poolName for messages
     * @param space of its blocks
     * @param table of the pool's slabs
     * @param keepEmpty whether each size class may keep an empty slab
     * @param wipeCells whether cells' headers are zeroed when their slab becomes a free block
     * @param spare where batches go that are empty again
     */
    public CoreArena(
            int number,
            String poolName,
            BlockSpace space,
            SlabTable table,
            boolean keepEmpty,
            boolean wipeCells,
            SpareBatches spare) {
        this.number = number;
        this.poolName = poolName;
        this.space = space;
        this.table = table;
        geometry = space.geometry();
        slabs = new Slabs(table, space, keepEmpty, wipeCells);
        diagnosis = new FreeDiagnosis("pool '" + poolName + "'", space);
        lookup = new BlockLookup(space, diagnosis);
        queue = new RemoteQueue(QUEUE_BATCHES, spare);
    }

    /** Its number among the arenas of its pool. */
    public int number() {
        return number;
    }

    // The lock

    /** Enters, and if an error left the arena in doubt, validates it; false if {@code wait} is and another thread is inside. */
    private boolean enter(boolean wait) {
        assert !lock.isHeldByCurrentThread() : "arena " + number + " entered twice";
        if (wait) {
            lock.lock();
        } else if (!lock.tryLock()) {
            return false;
        }
        if (suspect) {
            try {
                settle();
            } catch (Throwable e) {
                lock.unlock();
                throw e;
            }
        }
        return true;
    }

    private void exit() {
        try {
            freeBytesHint = freeBytes();
        } finally {
            // Also if there is no stack left to count.
            lock.unlock();
        }
    }

    private void settle() {
        try {
            validateLocked();
        } catch (HeapCorruptionException e) {
            fence(e);
        }
        suspect = false;
    }

    private HeapCorruptionException fence(HeapCorruptionException found) {
        if (damage == null) {
            damage = found;
        }
        return found;
    }

    /** For a request: whether this arena can serve it at all. */
    private boolean serves() {
        if (closed) {
            throw new IllegalStateException("pool '" + poolName + "' is closed (expected: open)");
        }
        return damage == null;
    }

    /** For who must reach a block of this arena. */
    private void checkServing() {
        HeapCorruptionException since = damage;
        if (!serves() && since != null) {
            throw new HeapCorruptionException(
                    "pool '%s': arena %d is fenced (expected: recovered) since %s"
                            .formatted(poolName, number, since.getMessage()),
                    since);
        }
    }

    private long freeBytes() {
        return (space.freeBlocks().units() << BlockLayout.UNIT_SHIFT) + slabs.cellBytes() - slabs.takenBytes();
    }

    /** Bytes that were free here a moment ago, in blocks and in cells. */
    public long freeBytesHint() {
        return freeBytesHint;
    }

    /** Whether another thread has the lock at this moment. */
    public boolean isBusy() {
        return lock.isLocked();
    }

    // Serving

    /**
     * Takes cells of a class: one for the caller, and what the cache wants besides.
     *
     * @param cache whose row of this class is empty, or null
     * @param wanted cells, 1 at least
     * @param grow whether to take a region into use if nothing else helps
     * @param wait whether to wait for the lock
     * @return a cell whose header is not written yet, or 0
     * @throws dev.ashlar.OsException if the operating system refuses to commit a region
     */
    public long serveCells(int sizeClass, @Nullable CoreCache cache, int wanted, boolean grow, boolean wait) {
        if (!enter(wait)) {
            return 0;
        }
        try {
            if (!serves()) {
                return 0;
            }
            drain(BATCHES_A_VISIT);
            boolean drained = queue.isEmpty();
            long cell = takeCells(sizeClass, cache, wanted, grow && drained);
            if (cell == 0 && !drained) {
                drain(Integer.MAX_VALUE);
                cell = takeCells(sizeClass, cache, wanted, grow);
            }
            return cell;
        } catch (HeapCorruptionException e) {
            throw fence(e);
        } catch (Error e) {
            suspect = true;
            throw e;
        } finally {
            exit();
        }
    }

    private long takeCells(int sizeClass, @Nullable CoreCache cache, int wanted, boolean grow) {
        if (cache == null || wanted <= 1) {
            int taken = slabs.take(sizeClass, single, 0, 1, grow);
            cellsServed += taken;
            return taken == 0 ? 0 : single[0];
        }
        int row = cache.row(sizeClass);
        int taken = slabs.take(sizeClass, cache.slots(), row, wanted, grow);
        if (taken == 0) {
            return 0;
        }
        refills++;
        cellsServed += taken;
        cache.refilled(sizeClass, taken - 1);
        return cache.slots()[row + taken - 1];
    }

    /**
     * Carves a live block.
     *
     * @param owner that may free it, {@link CellHeaders#POOL} for anybody
     * @param grow whether to take regions into use
     * @param wait whether to wait for the lock
     * @return its address, or 0
     * @throws dev.ashlar.OsException if the operating system refuses to commit a region
     */
    public long serveBlock(long units, long alignment, int owner, boolean grow, boolean wait) {
        if (!enter(wait)) {
            return 0;
        }
        try {
            if (!serves()) {
                return 0;
            }
            drain(BATCHES_A_VISIT);
            long block = space.carve(units, alignment);
            if (block == 0 && !queue.isEmpty()) {
                drain(Integer.MAX_VALUE);
                block = space.carve(units, alignment);
            }
            if (block == 0 && grow) {
                block = space.grow(units, alignment);
            }
            if (block != 0) {
                blocksServed++;
                if (owner != CellHeaders.POOL) {
                    owned.put(block, owner);
                }
            }
            return block;
        } catch (HeapCorruptionException e) {
            throw fence(e);
        } catch (Error e) {
            suspect = true;
            throw e;
        } finally {
            exit();
        }
    }

    // Taking back

    /**
     * Puts those cells of a batch back that are this arena's; the others stay in it.
     *
     * @throws IllegalStateException if the pool is closed
     */
    public void takeBack(CellBatch batch) {
        enter(true);
        try {
            serves();
            batch.removeIf(this::putIfOurs);
            drain(BATCHES_A_VISIT);
        } catch (Error e) {
            suspect = true;
            throw e;
        } finally {
            exit();
        }
    }

    private boolean putIfOurs(long cell) {
        if (!isOurs(cell)) {
            return false;
        }
        putOrStrand(cell);
        return true;
    }

    /** Whether the region that an address lies in is this arena's. */
    public boolean isOurs(long address) {
        return space.table().isInUse(geometry.regionAt(address));
    }

    private void putOrStrand(long cell) {
        if (damage != null) {
            strand(cell);
            return;
        }
        try {
            if (slabs.put(cell) == Slabs.ALREADY_FREE) {
                doubleFrees++;
            }
        } catch (HeapCorruptionException e) {
            fence(e);
        }
    }

    private void strand(long cell) {
        if (strandedCount == stranded.length) {
            stranded = Arrays.copyOf(stranded, Math.max(CellBatch.CAPACITY, 2 * strandedCount));
        }
        stranded[strandedCount++] = cell;
    }

    /** Hands cells over to be put back by whoever has the lock next; false if the queue has no room. */
    public boolean offer(CellBatch batch) {
        return queue.offer(batch);
    }

    /** About how many batches wait to be put back. */
    public int queuedBatches() {
        return queue.batches();
    }

    /**
     * Puts back what waits in the queue, if anything does.
     *
     * @param wait whether to wait for the lock
     * @return whether the queue was found empty, or emptied
     */
    public boolean drainQueue(boolean wait) {
        if (queue.isEmpty()) {
            return true;
        }
        if (!enter(wait)) {
            return false;
        }
        try {
            if (!closed) {
                drain(Integer.MAX_VALUE);
            }
            return true;
        } catch (Error e) {
            suspect = true;
            throw e;
        } finally {
            exit();
        }
    }

    private void drain(int most) {
        for (int i = 0; i < most; i++) {
            CellBatch batch = queue.poll();
            if (batch == null) {
                return;
            }
            for (int j = 0; j < batch.count(); j++) {
                putOrStrand(batch.cell(j));
            }
            queue.done(batch);
        }
    }

    /**
     * Frees a block.
     *
     * @param address of a block of this arena, or of anything in its regions
     * @param owner that frees it
     * @param guards that the block has, or null
     * @return its usable bytes, or {@code -1 - owner} if it is another's; nothing has changed then
     * @throws InvalidFreeException if no live block begins there
     * @throws HeapCorruptionException if something next to it is damaged, or its guard; it is withheld then
     */
    public long freeBlock(long address, int owner, @Nullable Guards guards) {
        enter(true);
        try {
            checkServing();
            int word = liveWord(address);
            int actual = owned.get(address);
            if (actual != owner) {
                return -1L - actual;
            }
            long bytes = BlockLayout.payloadBytes(space.unitsOf(address, word));
            if (guards != null) {
                disarm(guards, address, word, bytes);
            }
            owned.remove(address);
            space.free(address, word);
            drain(BATCHES_A_VISIT);
            return bytes;
        } catch (HeapCorruptionException e) {
            throw fence(e);
        } catch (Error e) {
            suspect = true;
            throw e;
        } finally {
            exit();
        }
    }

    private void disarm(Guards guards, long block, int word, long bytes) {
        try {
            guards.requested(block, bytes);
        } catch (HeapCorruptionException e) {
            space.withhold(block, word);
            owned.remove(block);
            throw e;
        }
        space.checkFree(block, word);
        Memory.fill(block, bytes, (byte) 0);
    }

    /**
     * Usable bytes of a live block.
     *
     * @throws InvalidFreeException if no live block begins there
     */
    public long usableBytes(long address) {
        enter(true);
        try {
            checkServing();
            return BlockLayout.payloadBytes(space.unitsOf(address, liveWord(address)));
        } catch (HeapCorruptionException e) {
            throw fence(e);
        } finally {
            exit();
        }
    }

    /** The owner of a live block. */
    public int ownerOfBlock(long address) {
        enter(true);
        try {
            checkServing();
            return owned.get(address);
        } finally {
            exit();
        }
    }

    /** Changes the size of a live block where it stands; whether that was possible. */
    public boolean resizeBlock(long address, long units) {
        enter(true);
        try {
            checkServing();
            int word = liveWord(address);
            return space.resize(address, word, units);
        } catch (HeapCorruptionException e) {
            throw fence(e);
        } catch (Error e) {
            suspect = true;
            throw e;
        } finally {
            exit();
        }
    }

    private int liveWord(long address) {
        if (!isOurs(address) && space.table().regions().ownerOf(geometry.regionOf(address)) != number) {
            // Its region went elsewhere since the caller looked: nothing of it was live.
            throw diagnosis.explain(address);
        }
        if (slabs.table().slabAt(address) != 0) {
            throw diagnoseInSlab(address);
        }
        return lookup.liveWord(address);
    }

    /** Why an address inside of a slab is no live block. */
    private RuntimeException diagnoseInSlab(long address) {
        return new SlabDiagnosis(poolName, table, geometry).explain(address);
    }

    /**
     * Why an address in a region of this arena can't be freed.
     *
     * @return what to throw
     */
    public RuntimeException diagnose(long address) {
        enter(true);
        try {
            checkServing();
            liveWord(address);
            return new IllegalStateException("0x%x was freed and allocated again meanwhile".formatted(address));
        } catch (HeapCorruptionException e) {
            return fence(e);
        } catch (InvalidFreeException e) {
            return e;
        } finally {
            exit();
        }
    }

    /** Takes a cell with damaged contents out of circulation for good: its slab never gets it back. This arena is fenced. */
    public void withholdCell(int sizeClass, HeapCorruptionException found) {
        enter(true);
        try {
            fence(found);
            withheldCells++;
            withheldCellBytes += SizeClasses.usableBytes(sizeClass);
        } finally {
            exit();
        }
    }

    /** Takes a live block with damaged contents out of circulation for good. This arena is fenced. */
    public void withholdBlock(long address, HeapCorruptionException found) {
        enter(true);
        try {
            fence(found);
            space.withhold(address, liveWord(address));
            owned.remove(address);
        } finally {
            exit();
        }
    }

    // Care

    /** The fit policy in force. */
    public FitPolicy policy() {
        return space.policy();
    }

    /** Changes the fit policy. */
    public void policy(FitPolicy policy) {
        enter(true);
        try {
            space.policy(policy);
        } finally {
            exit();
        }
    }

    /**
     * Puts back all that waits, and makes free blocks of empty slabs.
     *
     * @return bytes of the slabs that became free blocks
     */
    public long coalesce() {
        enter(true);
        try {
            if (!serves()) {
                return 0;
            }
            drain(Integer.MAX_VALUE);
            return slabs.releaseEmpty();
        } catch (HeapCorruptionException e) {
            throw fence(e);
        } catch (Error e) {
            suspect = true;
            throw e;
        } finally {
            exit();
        }
    }

    /** What this arena counts. */
    public ArenaFigures figures() {
        enter(true);
        try {
            HeapStatistics blocks = space.statistics();
            return new ArenaFigures(
                    number,
                    space.table().regionsInUse(),
                    blocks.committedBytes(),
                    blocks.liveBytes() - slabs.slabBytes(),
                    blocks.liveBlocks() - slabs.slabBlocks(),
                    slabs.takenBytes() - withheldCellBytes,
                    slabs.takenCells() - withheldCells,
                    blocks.freeBytes(),
                    blocks.freeBlocks(),
                    slabs.cellBytes() - slabs.takenBytes(),
                    slabs.cells() - slabs.takenCells(),
                    blocks.largestFreeBytes(),
                    slabs.slabBlocks(),
                    blocks.headerBytes() + slabs.cells() * BlockLayout.HEADER_BYTES,
                    blocks.overheadBytes() + slabs.tailBytes() + withheldCellBytes,
                    queue.bytes() + strandedBytes(),
                    queue.cells() + strandedCount,
                    refills,
                    cellsServed,
                    blocksServed,
                    doubleFrees,
                    blocks.withheldBlocks() + withheldCells,
                    damage != null);
        } finally {
            exit();
        }
    }

    private long strandedBytes() {
        long bytes = 0;
        for (int i = 0; i < strandedCount; i++) {
            bytes += SizeClasses.usableBytes(table.sizeClass(table.slabAt(stranded[i])));
        }
        return bytes;
    }

    /**
     * Shows the blocks of this arena in address order, slabs by their cells, under its lock: O(blocks), and for tests and pictures. Which
     * taken cells are live and which are cached is a guess while others allocate and free.
     */
    public void walk(BlockVisitor visitor) {
        enter(true);
        try {
            space.walk((address, usableBytes, state) -> {
                long head = state == BlockState.LIVE ? table.slabAt(address) : 0;
                if (head == 0 || table.start(head) != address) {
                    visitor.visit(address, usableBytes, state);
                } else {
                    walkCells(head, visitor);
                }
            });
        } finally {
            exit();
        }
    }

    private void walkCells(long head, BlockVisitor visitor) {
        int usableBytes = SizeClasses.usableBytes(table.sizeClass(head));
        for (int index = 0; index < table.cells(head); index++) {
            long cell = table.cell(head, index);
            long code = CellHeaders.read(cell);
            boolean live = CellHeaders.isIntact(code) && CellHeaders.state(code) == BlockLayout.CELL_LIVE;
            BlockState state = table.isFree(head, index) ? BlockState.FREE : live ? BlockState.LIVE : BlockState.CACHED;
            visitor.visit(cell, usableBytes, state);
        }
    }

    /**
     * Recomputes everything about this arena's blocks and slabs.
     *
     * @return the cells that callers hold; exact when nobody allocates or frees
     * @throws HeapCorruptionException about the first thing that is not as it must be; the arena is fenced then
     */
    public SlabValidator.Cells validate() {
        enter(true);
        try {
            return validateLocked();
        } catch (HeapCorruptionException e) {
            throw fence(e);
        } finally {
            exit();
        }
    }

    private SlabValidator.Cells validateLocked() {
        BlockValidator.validate(space);
        return SlabValidator.validate(slabs, space);
    }

    /** Why this arena serves nothing, or null. */
    public @Nullable HeapCorruptionException damage() {
        lock.lock();
        try {
            return damage;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lifts the fence if the arena validates, and puts back what came while it was fenced.
     *
     * @throws HeapCorruptionException if it doesn't; it stays fenced
     */
    public void recover() {
        enter(true);
        try {
            validateLocked();
            damage = null;
            int count = strandedCount;
            strandedCount = 0;
            for (int i = 0; i < count; i++) {
                putOrStrand(stranded[i]);
            }
        } finally {
            exit();
        }
    }

    /** Refuses, or serves again: for the closing of the pool. */
    public void setClosed(boolean value) {
        lock.lock();
        try {
            closed = value;
        } finally {
            lock.unlock();
        }
    }
}
