package dev.ashlar.heap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import dev.ashlar.Adaptation;
import dev.ashlar.BlockVisitor;
import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.HeapStatistics;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.OsException;
import dev.ashlar.PolicySwitch;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.SizeClassFragmentation;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.os.Reservation;
import dev.ashlar.region.BlockSpace;
import dev.ashlar.region.Guards;
import dev.ashlar.region.OpenSpaces;
import org.jspecify.annotations.Nullable;

/**
 * An off-heap allocator for one owner: blocks of any size and alignment out of one reserved range of addresses, freed one by one in any
 * order.
 *
 * <pre>{@code
 *     try (Heap heap = Heap.builder().name("sort").capacity(1L << 30).build()) {
 *         MemorySegment run = heap.allocate(4096, 64);     // it is a SegmentAllocator
 *         heap.free(run);
 *         long p = heap.allocateAddress(64);               // no object at all
 *         heap.freeAddress(p);
 *     }
 * }</pre>
 *
 * <p><b>Units and alignment.</b> Sizes are in bytes, addresses absolute. A block's address is a multiple of 16, and of the alignment asked
 * for; a block takes 8 bytes for its header and is rounded up to a multiple of 16, 32 at least. A size of 0 is allowed and gives a block
 * of its own.
 *
 * <p><b>Contents</b> are what the last owner left, unless the heap is hardened: then they are zero.
 *
 * <p><b>Threads.</b> A heap is not thread-safe: one thread calls at a time, ordered by the caller. Any thread may read and write the memory.
 * Whoever holds an address, and no segment, must keep the heap reachable.
 *
 * <p><b>Errors.</b> Every method but {@link #name}, {@link #isFenced} and {@link #close} throws {@link IllegalStateException} once the heap is
 * closed, and {@link HeapCorruptionException} while it is fenced: after damage was found, until {@link #recover}. A method that throws
 * has changed nothing, but for blocks that it reports as withheld.
 *
 * <p><b>Cost.</b> Allocating is one search of the {@linkplain FitPolicy policy} and O(1) else, freeing is O(1); only {@link #walk},
 * {@link #validate}, {@link #purge} and {@link #fragmentationBySizeClass} look at all blocks. No operation makes a Java object but those that
 * return one.
 */
public final class Heap implements SegmentAllocator, AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.ashlar");

    private final String name;
    private final Coalescing coalescing;
    private final Reservation reservation;
    private final MemorySegment memory;
    private final BlockHeap blocks;
    private final @Nullable Guards guards;

    Heap(HeapBuilder settings, int regionShift, int regionCount) {
        name = settings.name;
        coalescing = settings.coalescing;
        long regionBytes = (long) regionCount << regionShift;
        long tableBytes = regionBytes / BlockStarts.BYTES_PER_TABLE_BYTE;
        reservation = settings.os.reserve(name, regionBytes + tableBytes, 1L << regionShift);
        memory = reservation.segment();
        Geometry geometry = new Geometry(reservation.address(), regionShift, regionCount);
        BlockSpace space = new BlockSpace(
                settings.os,
                geometry,
                reservation.address() + regionBytes,
                settings.secretOrRandom(),
                settings.hugePages,
                settings.hardened);
        space.adaptive().configure(settings.favour, 0, () -> 0, switchLog(name));
        space.policy(settings.policy);
        guards = settings.hardened ? new Guards(geometry, space.headers(), reservation) : null;
        blocks = new BlockHeap(settings, space, guards);
        OpenSpaces.add(this, geometry, "heap '" + name + "'");
    }

    /** A builder with default settings. */
    public static HeapBuilder builder() {
        return new HeapBuilder();
    }

    /**
     * Bytes that a block for a request takes, with its header and rounding, in a heap that is not hardened.
     *
     * @param byteSize from 0 to {@code Long.MAX_VALUE - 32}
     */
    public static long blockSize(long byteSize) {
        return BlockLayout.unitsFor(byteSize) << BlockLayout.UNIT_SHIFT;
    }

    // By address

    /**
     * Allocates a block, aligned to 16 bytes.
     *
     * @param byteSize 0 or more
     * @return its address
     * @throws IllegalArgumentException if the size is negative
     * @throws PoolExhaustedException if the heap has no room for it and can't grow
     */
    public long allocateAddress(long byteSize) {
        return allocateAddress(byteSize, BlockLayout.UNIT_BYTES);
    }

    /**
     * Allocates a block.
     *
     * @param byteSize 0 or more
     * @param alignment a power of two; less than 16 counts as 16
     * @return its address, a multiple of the alignment
     * @throws IllegalArgumentException if the size is negative or the alignment no power of two
     * @throws PoolExhaustedException if the heap has no room for it and can't grow
     */
    public long allocateAddress(long byteSize, long alignment) {
        try {
            return blocks.allocate(byteSize, alignment);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Changes the size of a block: in place if its neighbourhood allows that, else by moving it. The contents are kept, up to the smaller of
     * the sizes. A hardened heap always moves.
     *
     * @param address of a live block
     * @param byteSize 0 or more
     * @return its address now; if it is another one, the old one has been freed
     * @throws IllegalArgumentException if the size is negative
     * @throws InvalidFreeException if the address is not a live block's
     * @throws PoolExhaustedException if it had to move and there is no room; the block is as it was
     */
    public long resizeAddress(long address, long byteSize) {
        return resizeAddress(address, byteSize, BlockLayout.UNIT_BYTES);
    }

    /**
     * The same, for a block that has to be aligned after a move.
     *
     * @param address of a live block
     * @param byteSize 0 or more
     * @param alignment a power of two
     * @return its address now, a multiple of the alignment
     * @throws IllegalArgumentException if the size is negative or the alignment no power of two
     * @throws InvalidFreeException if the address is not a live block's
     * @throws PoolExhaustedException if it had to move and there is no room; the block is as it was
     */
    public long resizeAddress(long address, long byteSize, long alignment) {
        try {
            return blocks.resize(address, byteSize, alignment);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Changes the size of a block if it can stay where it is.
     *
     * @param address of a live block
     * @param byteSize 0 or more
     * @return whether it could; if not, nothing has changed. Always false in a hardened heap
     * @throws IllegalArgumentException if the size is negative
     * @throws InvalidFreeException if the address is not a live block's
     */
    public boolean tryResizeAddress(long address, long byteSize) {
        try {
            return blocks.tryResize(address, byteSize, BlockLayout.UNIT_BYTES);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Frees a block. O(1).
     *
     * @param address that an allocation or a resize of this heap returned, and that was not freed since
     * @throws InvalidFreeException if it is anything else
     * @throws HeapCorruptionException if the block's header, a neighbour's, or a guard was overwritten
     */
    public void freeAddress(long address) {
        try {
            blocks.free(address);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * How many bytes the holder of a block may use: what was asked for, and what rounding added. In a hardened heap exactly what
     * was asked for.
     *
     * @throws InvalidFreeException if the address is not a live block's
     */
    public long usableSize(long address) {
        try {
            return blocks.usableSize(address);
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
     * @return a segment of exactly that size, which becomes inaccessible when the heap is closed
     * @throws IllegalArgumentException if the size is negative or the alignment no power of two
     * @throws PoolExhaustedException if the heap has no room for it and can't grow
     */
    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        return segmentOf(allocateAddress(byteSize, byteAlignment), byteSize);
    }

    /**
     * Changes the size of a segment's block, in place or by moving it; the old segment must not be used afterwards.
     *
     * @param segment that this heap allocated
     * @param byteSize 0 or more
     * @return a segment of exactly that size, with the old contents up to the smaller of the sizes; aligned to 16
     * @throws IllegalArgumentException if the size is negative
     * @throws InvalidFreeException if it is not this heap's segment of a live block
     * @throws PoolExhaustedException if it had to move and there is no room; the segment is as it was
     */
    public MemorySegment resize(MemorySegment segment, long byteSize) {
        return segmentOf(resizeAddress(ownedAddress(segment), byteSize), byteSize);
    }

    /**
     * Frees the block that a segment begins. The segment's own length and read-only state do not matter; a slice that begins elsewhere is refused.
     *
     * @throws InvalidFreeException if it is not this heap's segment, or does not begin a live block
     * @throws HeapCorruptionException if the block's header, a neighbour's, or a guard was overwritten
     */
    public void free(MemorySegment segment) {
        freeAddress(ownedAddress(segment));
    }

    private MemorySegment segmentOf(long address, long byteSize) {
        MemorySegment whole = guards == null ? memory : guards.segmentOf(address, blocks.payloadBytes(address), memory);
        return whole.asSlice(address - reservation.address(), byteSize);
    }

    private long ownedAddress(MemorySegment segment) {
        Objects.requireNonNull(segment, "segment");
        blocks.checkServing();
        long address = segment.address();
        if (!segment.isNative()) {
            throw blocks.diagnosis().foreignSegment(address, "an offset into an array on the Java heap");
        }
        MemorySegment.Scope scope = segment.scope();
        if (!scope.equals(memory.scope()) && (guards == null || !guards.isOwnScope(scope))) {
            throw blocks.diagnosis().foreignSegment(address, "given as a segment of a scope that is not this heap's");
        }
        if (guards != null
                && !guards.segmentOf(address, blocks.payloadBytes(address), memory).scope().equals(scope)) {
            throw blocks.diagnosis().stale(address);
        }
        return address;
    }

    // Settings, figures, and care

    /** The name given to the builder. */
    public String name() {
        return name;
    }

    /** When freed blocks are merged. */
    public Coalescing coalescing() {
        return coalescing;
    }

    /** Whether blocks are guarded. */
    public boolean isHardened() {
        return guards != null;
    }

    /** The most bytes that regions may take. */
    public long capacity() {
        return blocks.space().geometry().byteSize();
    }

    /** Bytes of a region. */
    public long regionSize() {
        return blocks.space().geometry().regionBytes();
    }

    /** The fit policy that was set, {@link FitPolicy#ADAPTIVE} or the one in force. */
    public FitPolicy policy() {
        return blocks.space().policy();
    }

    /**
     * Changes the fit policy, for the next request on. O(regions): no block is touched. A fixed policy stays until another is set;
     * {@link FitPolicy#ADAPTIVE} begins anew each time it is set.
     */
    public void policy(FitPolicy policy) {
        blocks.checkServing();
        blocks.space().policy(Objects.requireNonNull(policy, "policy"));
    }

    /** What {@link FitPolicy#ADAPTIVE} has done so far, and which policy serves requests now. O(1). */
    public Adaptation adaptation() {
        blocks.checkOpen();
        return blocks.space().adaptation();
    }

    private static Consumer<PolicySwitch> switchLog(String name) {
        return change -> LOG.log(System.Logger.Level.DEBUG, () -> "heap '" + name + "': " + change);
    }

    /** The figures of this moment. O(regions / 64); changes nothing. */
    public HeapStatistics statistics() {
        try {
            return blocks.statistics();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** What fragmentation costs requests of each size class. O(blocks); changes nothing. */
    public List<SizeClassFragmentation> fragmentationBySizeClass() {
        try {
            return blocks.fragmentationBySizeClass();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** How often the operating system refused to take a free region back. The regions stay committed, and usable. */
    public long failedReleases() {
        return blocks.failedReleases();
    }

    /**
     * Merges all pending blocks.
     *
     * @return usable bytes that were pending
     */
    public long coalesce() {
        try {
            return blocks.coalesce();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Gives the whole pages inside free blocks back to the operating system. O(blocks). The blocks stay usable.
     *
     * @return bytes that were resident there; 0 where the system can't take pages back
     * @throws OsException if the operating system refuses; what it took until then is given back, and the heap serves on
     */
    public long purge() {
        try {
            return blocks.purge();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Merges all pending blocks, and gives all wholly free regions back to the operating system.
     *
     * @return committed bytes given back
     * @throws OsException if the operating system refuses; what it took until then is given back, and the heap serves on
     */
    public long trim() {
        try {
            return blocks.trim();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Shows all blocks, live, pending, free and withheld, in address order. O(blocks). */
    public void walk(BlockVisitor visitor) {
        Objects.requireNonNull(visitor, "visitor");
        try {
            blocks.walk(visitor);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Whether any byte of a range belongs to a live block. An empty range never does; a range that only touches one doesn't either.
     *
     * @param address of the first byte, absolute; anywhere
     * @param byteSize of the range, 0 or more
     * @throws IllegalArgumentException if the size is negative
     */
    public boolean isAllocated(long address, long byteSize) {
        try {
            return blocks.isAllocated(address, byteSize);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Recomputes every total from a walk over the blocks, and checks every header, boundary tag, link, bitmap and counter against it, and
     * in a hardened heap every guard. O(blocks).
     *
     * @throws HeapCorruptionException about the first bad block, in address order; the heap is fenced then
     */
    public void validate() {
        try {
            blocks.validate();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Whether damage was found, so that the heap refuses to serve. */
    public boolean isFenced() {
        return blocks.isFenced();
    }

    /**
     * Lifts the fence if the heap {@linkplain #validate validates}: when the damage was only to blocks that are withheld now, or has
     * been repaired.
     *
     * @throws HeapCorruptionException if it doesn't; the heap stays fenced
     */
    public void recover() {
        try {
            blocks.recover();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Closes the heap: its segments become inaccessible, its memory goes back to the operating system, live blocks and all. Closing again
     * does nothing.
     *
     * @throws IllegalStateException if a thread is using one of its segments in an I/O operation or a native call; the heap stays open,
     *     and close can be called again
     */
    @Override
    public void close() {
        if (guards != null) {
            guards.close();
        }
        try {
            reservation.close();
        } finally {
            // Closed all the same if the pages could not be given back.
            if (reservation.isClosed()) {
                blocks.closed();
                OpenSpaces.remove(this);
            }
        }
    }

    @Override
    public String toString() {
        return blocks.isClosed() ? "heap '" + name + "', closed" : "heap '" + name + "' " + blocks.statistics();
    }
}
