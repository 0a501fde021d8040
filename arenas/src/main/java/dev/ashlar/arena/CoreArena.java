package dev.ashlar.arena;

import java.util.function.Function;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.BackReference;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.region.BlockSpace;
import dev.ashlar.slab.SlabTable;
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
    static final int BATCHES_A_VISIT = 4;

    private static final int QUEUE_BATCHES = 256;

    private final ArenaState state;
    private final ArenaGate gate;
    private final BlockSpace space;
    private final Slabs slabs;
    private final RemoteQueue queue;
    private final CellIntake intake;
    private final ArenaBlocks blocks;
    private final ArenaMovables movables;
    private final ArenaPolicy policy;
    private final ArenaView view;
    private final ArenaCare care;
    private final long[] single = new long[1];

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
        queue = new RemoteQueue(QUEUE_BATCHES, spare);
        state = new ArenaState(number, poolName, space, table, keepEmpty, wipeCells, queue, soleOwner);
        gate = state.gate;
        slabs = state.slabs;
        this.space = space;
        intake = new CellIntake(state);
        blocks = new ArenaBlocks(state, intake);
        movables = new ArenaMovables(state, blocks);
        policy = new ArenaPolicy(state);
        view = new ArenaView(state);
        care = new ArenaCare(state, intake, view);
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
        return state.number;
    }

    // The lock

    /** Bytes that were free here a moment ago, in blocks and in cells. */
    public long freeBytesHint() {
        return state.freeBytesHint();
    }

    /** Gives up the lock that this thread has, if it does, when the stack ended before it could leave. */
    public void leaveBehind() {
        gate.leaveBehind();
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
            intake.drain(BATCHES_A_VISIT);
            boolean isAll = queue.isEmpty() && !space.isPurging();
            long cell = takeCells(sizeClass, cache, wanted, grow && isAll);
            if (cell == 0 && !isAll) {
                intake.drain(Integer.MAX_VALUE);
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
            state.exit();
        }
    }

    private long takeCells(int sizeClass, @Nullable CoreCache cache, int wanted, boolean grow) {
        if (cache == null || wanted <= 1) {
            int taken = slabs.take(sizeClass, single, 0, 1, grow);
            state.countCells(sizeClass, taken);
            return taken == 0 ? 0 : single[0];
        }
        int row = cache.firstSlot(sizeClass);
        int taken = slabs.take(sizeClass, cache.slots(), row, wanted, grow);
        if (taken == 0) {
            return 0;
        }
        state.refills++;
        state.countCells(sizeClass, taken);
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
            intake.drain(BATCHES_A_VISIT);
            long block = space.carve(units, alignment);
            if (block == 0 && !queue.isEmpty()) {
                intake.drain(Integer.MAX_VALUE);
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
                state.countBlock(space.unitsOf(block, space.headers().word(block)));
                if (owner != CellHeaders.POOL) {
                    state.owned.put(block, owner);
                }
            }
            return block;
        } catch (HeapCorruptionException e) {
            throw gate.fence(e);
        } catch (Error e) {
            gate.suspect();
            throw e;
        } finally {
            state.exit();
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
            int others = intake.putBack(sizeClass, cells, count);
            intake.drain(BATCHES_A_VISIT);
            return others;
        } catch (Error e) {
            gate.suspect();
            throw e;
        } finally {
            state.exit();
        }
    }

    /** Whether the region that an address lies in is this arena's. */
    public boolean isOurs(long address) {
        return state.isOurs(address);
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
                intake.drain(Integer.MAX_VALUE);
            }
            return true;
        } catch (Error e) {
            gate.suspect();
            throw e;
        } finally {
            state.exit();
        }
    }

    /**
     * Does one short step with the blocks of this arena, under its lock.
     *
     * @throws IllegalStateException if the pool is closed
     * @throws HeapCorruptionException if the arena is fenced, or is so by this
     */
    public <T extends @Nullable Object> T step(Function<BlockSpace, T> step) {
        return state.inside(() -> {
            gate.checkServing();
            return step.apply(space);
        });
    }

    /** Whether a thread waits for the lock. */
    public boolean isAwaited() {
        return gate.isAwaited();
    }

    /** Takes a cell with damaged contents out of circulation for good: its slab never gets it back. This arena is fenced. */
    public void withholdCell(int sizeClass, HeapCorruptionException found) {
        state.inside(() -> {
            gate.fence(found);
            state.withheldCells++;
            state.withheldCellBytes += SizeClasses.usableBytes(sizeClass);
            return null;
        });
    }

    // Care

    /** What the pool's worker does here. */
    public ArenaCare care() {
        return care;
    }

    /** The live blocks that are no cells. */
    public ArenaBlocks blocks() {
        return blocks;
    }

    /** The blocks of handles, in an arena that is for them. */
    public ArenaMovables movables() {
        return movables;
    }

    /** The fit policy. */
    public ArenaPolicy policy() {
        return policy;
    }

    /** Its counts and blocks, to be looked at. */
    public ArenaView view() {
        return view;
    }

    /**
     * Puts back all that waits, and makes free blocks of empty slabs.
     *
     * @return bytes of the slabs that became free blocks
     */
    public long coalesce() {
        return state.inside(() -> {
            if (!gate.serves()) {
                return 0L;
            }
            intake.drain(Integer.MAX_VALUE);
            return slabs.releaseEmpty();
        });
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
        state.inside(() -> {
            state.validate();
            gate.lift();
            intake.putBackStranded();
            return null;
        });
    }

    /** Refuses, or serves again: for the closing of the pool. */
    public void setClosed(boolean value) {
        gate.setClosed(value);
    }
}
