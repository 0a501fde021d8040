package dev.ashlar.arena;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.ashlar.Adaptation;
import dev.ashlar.BlockState;
import dev.ashlar.BlockVisitor;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.HeapStatistics;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.PolicySwitch;
import dev.ashlar.RegionState;
import dev.ashlar.block.BackReference;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.os.Memory;
import dev.ashlar.region.AdaptiveFit;
import dev.ashlar.region.BlockLookup;
import dev.ashlar.region.BlockSpace;
import dev.ashlar.region.BlockValidator;
import dev.ashlar.region.FreeDiagnosis;
import dev.ashlar.region.Guards;
import dev.ashlar.region.RegionWalk;
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
 *     takeBack   -> enter -> Slabs.putRun, for the cells that are ours
 *     offer      -> the queue                        full: the caller's takeBack
 * }</pre>
 *
 * <p>Nothing here waits for anything but this lock, and a thread that has it takes no other arena's: whoever needs several takes them one
 * by one.
 *
 * <p>What is found damaged fences this arena alone ({@link ArenaGate}): it serves nothing more until it validates, and keeps what comes back to it
 * aside.
 */
public final class CoreArena {
    /** So many batches are put back by whoever has the lock for another reason. */
    private static final int BATCHES_A_VISIT = 4;

    private static final int QUEUE_BATCHES = 256;

    private static final VarHandle FREE_BYTES_HINT;

    static {
        try {
            FREE_BYTES_HINT = MethodHandles.lookup().findVarHandle(CoreArena.class, "freeBytesHint", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

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
    private final StrandedCells stranded;
    private final ArenaGate gate;

    /** Whose all blocks here are; {@link CellHeaders#POOL} where each may have an owner of its own. */
    private final int soleOwner;

    private final ArenaCare care;
    private final long[] single = new long[1];

    // Guarded by lock.
    private long refills;
    private long blocksServed;
    private long cellsServed;
    private long callersCells;
    private long callersCellBytes;
    private long blockBytesServed;
    private long withheldCells;
    private long withheldCellBytes;
    private long toldSwitches;

    /** Free bytes when the lock was last given up: whether a visit would pay. */
    @SuppressWarnings("UnusedVariable") // Read and written through FREE_BYTES_HINT.
    private long freeBytesHint;

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
        this(number, poolName, space, table, keepEmpty, wipeCells, spare, CellHeaders.POOL);
    }

    private CoreArena(
            int number,
            String poolName,
            BlockSpace space,
            SlabTable table,
            boolean keepEmpty,
            boolean wipeCells,
            SpareBatches spare,
            int soleOwner) {
        this.soleOwner = soleOwner;
        this.number = number;
        this.poolName = poolName;
        this.space = space;
        this.table = table;
        geometry = space.geometry();
        slabs = new Slabs(table, space, keepEmpty, wipeCells);
        diagnosis = new FreeDiagnosis("pool '" + poolName + "'", space);
        lookup = new BlockLookup(space, diagnosis);
        queue = new RemoteQueue(QUEUE_BATCHES, spare);
        stranded = new StrandedCells(table);
        gate = new ArenaGate(number, poolName, this::validateInside);
        care = new ArenaCare(this, gate, queue, slabs, space);
    }

    /**
     * An arena for movable blocks alone: no slabs, one owner of everything, and a {@link BackReference} in each block.
     *
     * @param number among the arenas of its pool
     * @param poolName for messages
     * @param space of its blocks
     * @param table of the pool's slabs, of which it has none
     * @param owner of its blocks
     */
    public static CoreArena ofMovable(int number, String poolName, BlockSpace space, SlabTable table, int owner) {
        return new CoreArena(number, poolName, space, table, false, false, new SpareBatches(), owner);
    }

    /** Its number among the arenas of its pool. */
    public int number() {
        return number;
    }

    // The lock

    void exit() {
        try {
            FREE_BYTES_HINT.setOpaque(this, freeBytes());
        } finally {
            // Also if there is no stack left to count.
            gate.exit();
        }
    }

    /** Does something that is not done for each block, inside. */
    private <T extends @Nullable Object> T inside(Supplier<T> action) {
        gate.enter(true);
        try {
            return action.get();
        } catch (HeapCorruptionException e) {
            throw gate.fence(e);
        } catch (Error e) {
            gate.suspect();
            throw e;
        } finally {
            exit();
        }
    }

    private long freeBytes() {
        return (space.freeBlocks().units() << BlockLayout.UNIT_SHIFT) + slabs.cellBytes() - slabs.takenBytes();
    }

    /** Bytes that were free here a moment ago, in blocks and in cells. */
    public long freeBytesHint() {
        return (long) FREE_BYTES_HINT.getOpaque(this);
    }

    /** Whether another thread has the lock at this moment. */
    public boolean isBusy() {
        return gate.isBusy();
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
        if (!gate.enter(wait)) {
            return 0;
        }
        try {
            if (!gate.serves()) {
                return 0;
            }
            drain(BATCHES_A_VISIT);
            boolean isAll = queue.isEmpty() && !space.isPurging();
            long cell = takeCells(sizeClass, cache, wanted, grow && isAll);
            if (cell == 0 && !isAll) {
                drain(Integer.MAX_VALUE);
                cell = takeCells(sizeClass, cache, wanted, grow && !space.isPurging());
            }
            if (cell == 0 && wait && space.isPurging() && awaitPages()) {
                cell = takeCells(sizeClass, cache, wanted, grow);
            }
            return cell;
        } catch (HeapCorruptionException e) {
            throw gate.fence(e);
        } catch (Error e) {
            gate.suspect();
            throw e;
        } finally {
            exit();
        }
    }

    private long takeCells(int sizeClass, @Nullable CoreCache cache, int wanted, boolean grow) {
        if (cache == null || wanted <= 1) {
            int taken = slabs.take(sizeClass, single, 0, 1, grow);
            countCells(sizeClass, taken);
            return taken == 0 ? 0 : single[0];
        }
        int row = cache.firstSlot(sizeClass);
        int taken = slabs.take(sizeClass, cache.slots(), row, wanted, grow);
        if (taken == 0) {
            return 0;
        }
        refills++;
        countCells(sizeClass, taken);
        cache.refilled(sizeClass, taken - 1);
        return cache.slots()[row + taken - 1];
    }

    /**
     * Waits for the free block whose pages are being given back at this moment: it may be what a request needs.
     *
     * @return whether this arena still serves
     * @throws IllegalStateException if the pool was closed meanwhile
     */
    private boolean awaitPages() {
        gate.awaitPages();
        return gate.serves();
    }

    /** One of them goes to the caller. */
    private void countCells(int sizeClass, int taken) {
        if (taken > 0) {
            cellsServed += taken;
            callersCells++;
            callersCellBytes += SizeClasses.usableBytes(sizeClass);
        }
    }

    private void countBlock(long units) {
        blocksServed++;
        blockBytesServed += BlockLayout.payloadBytes(units);
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
        if (!gate.enter(wait)) {
            return 0;
        }
        try {
            if (!gate.serves()) {
                return 0;
            }
            drain(BATCHES_A_VISIT);
            long block = space.carve(units, alignment);
            if (block == 0 && !queue.isEmpty()) {
                drain(Integer.MAX_VALUE);
                block = space.carve(units, alignment);
            }
            if (block == 0 && wait && space.isPurging()) {
                if (!awaitPages()) {
                    return 0;
                }
                block = space.carve(units, alignment);
            }
            if (block == 0 && grow) {
                block = space.grow(units, alignment);
            }
            if (block != 0) {
                countBlock(space.unitsOf(block, space.headers().word(block)));
                if (owner != CellHeaders.POOL) {
                    owned.put(block, owner);
                }
            }
            return block;
        } catch (HeapCorruptionException e) {
            throw gate.fence(e);
        } catch (Error e) {
            gate.suspect();
            throw e;
        } finally {
            exit();
        }
    }

    // Taking back

    /**
     * Puts those cells back that are this arena's.
     *
     * @param sizeClass of all of them
     * @param cells that are in no cache any more; those that are not this arena's move to the front
     * @param count how many
     * @return how many are not this arena's
     * @throws IllegalStateException if the pool is closed
     */
    public int takeBack(int sizeClass, long[] cells, int count) {
        gate.enter(true);
        try {
            gate.serves();
            int others = putBack(sizeClass, cells, count);
            drain(BATCHES_A_VISIT);
            return others;
        } catch (Error e) {
            gate.suspect();
            throw e;
        } finally {
            exit();
        }
    }

    int putBack(int sizeClass, long[] cells, int count) {
        int others = 0;
        for (int i = 0; i < count;) {
            if (!isOurs(cells[i])) {
                cells[others++] = cells[i++];
            } else if (gate.isFenced()) {
                stranded.add(cells[i++]);
            } else {
                try {
                    i = slabs.putRun(sizeClass, cells, i, count);
                } catch (HeapCorruptionException e) {
                    gate.fence(e);
                    i = slabs.runEnd();
                }
            }
        }
        return others;
    }

    /** Whether the region that an address lies in is this arena's. */
    public boolean isOurs(long address) {
        return space.table().isInUse(geometry.regionAt(address));
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
        if (!gate.enter(wait)) {
            return false;
        }
        try {
            if (!gate.isClosed()) {
                drain(Integer.MAX_VALUE);
            }
            return true;
        } catch (Error e) {
            gate.suspect();
            throw e;
        } finally {
            exit();
        }
    }

    void drain(int most) {
        for (int i = 0; i < most; i++) {
            CellBatch batch = queue.poll();
            if (batch == null) {
                return;
            }
            putBack(batch.sizeClass(), batch.cells(), batch.count());
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
        gate.enter(true);
        try {
            gate.checkServing();
            int word = liveWord(address);
            int actual = ownerInside(address);
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
            throw gate.fence(e);
        } catch (Error e) {
            gate.suspect();
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
        return inside(() -> {
            gate.checkServing();
            return BlockLayout.payloadBytes(space.unitsOf(address, liveWord(address)));
        });
    }

    /** The owner of a live block. */
    public int ownerOfBlock(long address) {
        return inside(() -> {
            gate.checkServing();
            return ownerInside(address);
        });
    }

    private int ownerInside(long block) {
        return soleOwner == CellHeaders.POOL ? owned.get(block) : soleOwner;
    }

    /** Changes the size of a live block where it stands; whether that was possible. */
    public boolean resizeBlock(long address, long units) {
        return inside(() -> {
            gate.checkServing();
            int word = liveWord(address);
            long before = space.liveBytes();
            boolean resized = space.resize(address, word, units);
            countGrowth(before);
            return resized;
        });
    }

    /** Live blocks have more bytes than before by another way than an allocation. */
    private void countGrowth(long liveBytesBefore) {
        blockBytesServed += Math.max(0, space.liveBytes() - liveBytesBefore);
    }

    // Movable blocks

    /**
     * Carves a live block for a handle, which is noted in it before anybody else can come by.
     *
     * @param grow whether to take regions into use
     * @return its address, or 0
     * @throws dev.ashlar.OsException if the operating system refuses to commit a region
     * @throws HeapCorruptionException if the arena is fenced, or is so by this
     */
    public long serveMovable(long units, long handle, boolean grow) {
        gate.enter(true);
        try {
            gate.checkServing();
            long block = space.carve(units, BlockLayout.UNIT_BYTES);
            if (block == 0 && grow) {
                block = space.grow(units, BlockLayout.UNIT_BYTES);
            }
            if (block != 0) {
                long carved = space.unitsOf(block, space.headers().word(block));
                countBlock(carved);
                blockBytesServed -= BackReference.BYTES;
                BackReference.write(block, carved, handle);
            }
            return block;
        } catch (HeapCorruptionException e) {
            throw gate.fence(e);
        } catch (Error e) {
            gate.suspect();
            throw e;
        } finally {
            exit();
        }
    }

    /**
     * Frees a handle's block, or withholds it if it was written past its end.
     *
     * @param handle that it must be of
     * @param wipe whether it is to be zero afterwards, and what is behind {@code requestedBytes} has been until now
     * @return null, or what was found: the block is withheld then
     * @throws HeapCorruptionException if the arena is fenced, or something next to the block is damaged; nothing has changed then
     */
    public @Nullable HeapCorruptionException freeMovable(long block, long handle, long requestedBytes, boolean wipe) {
        gate.enter(true);
        try {
            gate.checkServing();
            int word = liveWord(block);
            long units = space.unitsOf(block, word);
            HeapCorruptionException found = pastEnd(block, units, handle, requestedBytes, wipe);
            if (found != null) {
                space.withhold(block, word);
                return gate.fence(found);
            }
            space.checkFree(block, word);
            if (wipe) {
                Memory.fill(block, BlockLayout.payloadBytes(units), (byte) 0);
            }
            if (Headers.units(word) == BlockLayout.SPAN_UNITS) {
                space.free(block, word);
            } else {
                space.held().free(block, Headers.units(word));
            }
            return null;
        } catch (HeapCorruptionException e) {
            throw gate.fence(e);
        } catch (Error e) {
            gate.suspect();
            throw e;
        } finally {
            exit();
        }
    }

    private @Nullable HeapCorruptionException pastEnd(
            long block, long units, long handle, long requestedBytes, boolean wiped) {
        long end = BackReference.address(block, units);
        long noted = BackReference.read(block, units);
        if (noted == handle && (!wiped || Guards.isZero(block + requestedBytes, end - block - requestedBytes))) {
            return null;
        }
        return new HeapCorruptionException(
                block,
                "pool '%s': movable block %s was written past its end of %d bytes: behind it stands 0x%x (expected: its handle 0x%x); the block is withheld"
                        .formatted(poolName, geometry.describe(block), requestedBytes, noted, handle));
    }

    /**
     * Does one short step with the blocks of this arena, under its lock.
     *
     * @throws IllegalStateException if the pool is closed
     * @throws HeapCorruptionException if the arena is fenced, or is so by this
     */
    public <T extends @Nullable Object> T step(Function<BlockSpace, T> step) {
        return inside(() -> {
            gate.checkServing();
            return step.apply(space);
        });
    }

    /** Whether a thread waits for the lock. */
    public boolean isAwaited() {
        return gate.isAwaited();
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
        gate.enter(true);
        try {
            gate.checkServing();
            liveWord(address);
            return new IllegalStateException("0x%x was freed and allocated again meanwhile".formatted(address));
        } catch (HeapCorruptionException e) {
            return gate.fence(e);
        } catch (InvalidFreeException e) {
            return e;
        } finally {
            exit();
        }
    }

    /** Takes a cell with damaged contents out of circulation for good: its slab never gets it back. This arena is fenced. */
    public void withholdCell(int sizeClass, HeapCorruptionException found) {
        inside(() -> {
            gate.fence(found);
            withheldCells++;
            withheldCellBytes += SizeClasses.usableBytes(sizeClass);
            return null;
        });
    }

    /** Takes a live block with damaged contents out of circulation for good. This arena is fenced. */
    public void withholdBlock(long address, HeapCorruptionException found) {
        inside(() -> {
            gate.fence(found);
            space.withhold(address, liveWord(address));
            owned.remove(address);
            return null;
        });
    }

    // Care

    /** What the pool's worker does here. */
    public ArenaCare care() {
        return care;
    }

    /** The fit policy that was set. */
    public FitPolicy policy() {
        return space.policy();
    }

    /** Changes the fit policy. */
    public void policy(FitPolicy policy) {
        inside(() -> {
            space.policy(policy);
            return null;
        });
    }

    /**
     * Looks at the evidence, if the policy is adaptive and nobody is inside.
     *
     * @return the switches since the last time when it was asked, as far as they are kept
     */
    public List<PolicySwitch> considerPolicy() {
        if (!gate.enter(false)) {
            return List.of();
        }
        try {
            if (gate.isClosed() || gate.isFenced()) {
                return List.of();
            }
            space.considerPolicy();
            AdaptiveFit adaptive = space.adaptive();
            List<PolicySwitch> recent = adaptive.recent();
            int fresh = (int) Math.min(adaptive.switches() - toldSwitches, recent.size());
            toldSwitches = adaptive.switches();
            return recent.subList(recent.size() - fresh, recent.size());
        } catch (HeapCorruptionException e) {
            throw gate.fence(e);
        } catch (Error e) {
            gate.suspect();
            throw e;
        } finally {
            exit();
        }
    }

    /** What the adaptive policy has done here. */
    public Adaptation adaptation() {
        return inside(() -> space.adaptation());
    }

    /**
     * Puts back all that waits, and makes free blocks of empty slabs.
     *
     * @return bytes of the slabs that became free blocks
     */
    public long coalesce() {
        return inside(() -> {
            if (!gate.serves()) {
                return 0L;
            }
            drain(Integer.MAX_VALUE);
            return slabs.releaseEmpty();
        });
    }

    /** What this arena counts. */
    public ArenaFigures figures() {
        return inside(this::figuresInside);
    }

    ArenaFigures figuresInside() {
        HeapStatistics blocks = space.statistics();
        long references = soleOwner == CellHeaders.POOL ? 0 : blocks.liveBlocks() * BackReference.BYTES;
        return new ArenaFigures(
                number,
                space.table().regionsInUse(),
                blocks.committedBytes(),
                blocks.liveBytes() - slabs.slabBytes() - references,
                blocks.liveBlocks() - slabs.slabBlocks(),
                slabs.takenBytes() - withheldCellBytes,
                slabs.takenCells() - withheldCells,
                blocks.freeBytes() + blocks.pendingBytes(),
                blocks.freeBlocks() + blocks.pendingBlocks(),
                slabs.cellBytes() - slabs.takenBytes(),
                slabs.cells() - slabs.takenCells(),
                blocks.largestFreeBytes(),
                slabs.slabBlocks(),
                slabs.emptySlabs(),
                blocks.headerBytes() + references + slabs.cells() * BlockLayout.HEADER_BYTES,
                blocks.overheadBytes() + slabs.tailBytes() + withheldCellBytes,
                queue.bytes() + stranded.bytes(),
                queue.cells() + stranded.count(),
                refills,
                cellsServed,
                blocksServed,
                callersCells,
                callersCellBytes,
                blockBytesServed,
                slabs.doubleFrees(),
                blocks.withheldBlocks() + withheldCells,
                gate.isFenced());
    }

    /**
     * Shows the blocks of this arena in address order, slabs by their cells, under its lock: O(blocks), and for tests and pictures. Which
     * taken cells are live and which are cached is a guess while others allocate and free.
     */
    public void walk(BlockVisitor visitor) {
        inside(() -> {
            if (soleOwner == CellHeaders.POOL) {
                CellWalk.walk(space, table, visitor);
            } else {
                space.walk((address, bytes, state) -> visitor.visit(
                        address, state == BlockState.LIVE ? bytes - BackReference.BYTES : bytes, state));
            }
            return null;
        });
    }

    /**
     * Shows a region of this arena, in pieces, under its lock.
     *
     * @param waiting cells of this arena that wait in its queue
     * @return false if the region is another's, or nobody's, by now; nothing has been shown then
     * @throws IllegalStateException if the pool is closed
     */
    public boolean show(int region, RegionWalk walk, WaitingCells waiting) {
        return inside(() -> {
            gate.serves();
            if (!space.table().isInUse(region)) {
                return false;
            }
            walk.visitor().region(
                    region,
                    geometry.regionStart(region),
                    space.table().regions().tableBytesEach(),
                    RegionState.IN_USE,
                    number);
            walk.show(
                    space,
                    region,
                    soleOwner == CellHeaders.POOL
                            ? new BlockPieces(table, waiting, walk.visitor())
                            : BlockPieces.ofMovable(walk.visitor()));
            return true;
        });
    }

    /** The cells that wait in this arena's queue at this moment. */
    public WaitingCells waitingCells() {
        return inside(() -> WaitingCells.of(queue, stranded));
    }

    /**
     * Recomputes everything about this arena's blocks and slabs.
     *
     * @return the cells that callers hold; exact when nobody allocates or frees
     * @throws HeapCorruptionException about the first thing that is not as it must be; the arena is fenced then
     */
    public SlabValidator.Cells validate() {
        return inside(() -> {
            return validateInside();
        });
    }

    private SlabValidator.Cells validateInside() {
        BlockValidator.validate(space);
        return SlabValidator.validate(slabs, space);
    }

    /** Why this arena serves nothing, or null. */
    public @Nullable HeapCorruptionException damage() {
        return gate.damage();
    }

    /**
     * Lifts the fence if the arena validates, and puts back what came while it was fenced.
     *
     * @throws HeapCorruptionException if it doesn't; it stays fenced
     */
    public void recover() {
        inside(() -> {
            validateInside();
            gate.lift();
            for (int left = stranded.count(); left > 0; left--) {
                single[0] = stranded.removeLast();
                putBack(stranded.sizeClass(single[0]), single, 1);
            }
            return null;
        });
    }

    /** Refuses, or serves again: for the closing of the pool. */
    public void setClosed(boolean value) {
        gate.setClosed(value);
    }
}
