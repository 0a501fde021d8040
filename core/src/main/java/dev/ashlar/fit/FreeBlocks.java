package dev.ashlar.fit;

import java.util.function.IntPredicate;

import dev.ashlar.FitPolicy;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import dev.ashlar.block.Links;

/**
 * The free blocks of a heap: in bins by size, and for the policies that go by address in an index of bounds.
 *
 * <p>{@code sum over free blocks of units == units()}, and {@code count()} of them: what a validator recomputes.
 *
 * <p>A block is in here exactly while its header says {@link BlockLayout#FREE}. The caller writes headers; this class reads
 * sizes from them and writes nothing but links. Taking a block under segregated or best fit:
 *
 * <pre>{@code
 *     find -> Bins.firstFrom        two bit searches
 *          -> FreeList head         bins of one size
 *          -> SizeTree              bins of a range of sizes
 *     check, remove                 the neighbours' links, before any is written
 * }</pre>
 */
public final class FreeBlocks {
    private final long[] heads = new long[Bins.COUNT];
    private final Bins bins = new Bins();
    private final Headers headers;
    private final Geometry geometry;
    private final FreeList lists;
    private final SizeTree trees;
    private final AddressIndex addresses;
    private final boolean wipeLinks;

    private FitPolicy policy = FitPolicy.SEGREGATED_FIT;
    private boolean byAddress;
    private boolean indexed;
    private long rover;
    private long units;
    private long count;

    /**
     * No free block yet.
     *
     * @param geometry of the heap
     * @param headers of the heap
     * @param starts of the heap
     * @param wipeLinks whether a block's links are zeroed when it is removed
     */
    public FreeBlocks(Geometry geometry, Headers headers, BlockStarts starts, boolean wipeLinks) {
        this(geometry, headers, starts, wipeLinks, _ -> true);
    }

    /**
     * No free block yet, of one of several owners.
     *
     * @param geometry of the heap
     * @param headers of the heap
     * @param starts of the heap
     * @param wipeLinks whether a block's links are zeroed when it is removed
     * @param mine which regions are this owner's
     */
    public FreeBlocks(
            Geometry geometry, Headers headers, BlockStarts starts, boolean wipeLinks, IntPredicate mine) {
        this.geometry = geometry;
        this.headers = headers;
        this.wipeLinks = wipeLinks;
        LinkCheck links = new LinkCheck(geometry);
        lists = new FreeList(heads, links);
        trees = new SizeTree(heads, headers, links);
        addresses = new AddressIndex(geometry, headers, starts, mine);
    }

    /** The policy in force. */
    public FitPolicy policy() {
        return policy;
    }

    /**
     * Changes the policy: O(number of regions), no block is touched.
     *
     * @throws IllegalArgumentException if it is {@link FitPolicy#ADAPTIVE}, which is none that searches
     */
    public void policy(FitPolicy newPolicy) {
        if (newPolicy == FitPolicy.ADAPTIVE) {
            throw new IllegalArgumentException("policy: ADAPTIVE (expected: one that searches)");
        }
        policy = newPolicy;
        byAddress = newPolicy == FitPolicy.FIRST_FIT || newPolicy == FitPolicy.NEXT_FIT;
        index(byAddress);
        rover = 0;
    }

    private void index(boolean wanted) {
        if (wanted && !indexed) {
            addresses.activate();
        } else if (!wanted && indexed) {
            addresses.deactivate();
        }
        indexed = wanted;
    }

    /**
     * Does a part of what first and next fit need before they can search, while another policy is in force: so that no single request pays for
     * all of it after a switch.
     *
     * @param granules of 4 KiB to look at, at most
     * @return whether all is done
     */
    public boolean prepareByAddress(int granules) {
        index(true);
        return addresses.prepare(granules);
    }

    /** Blocks, tree nodes and granules that searches have looked at, ever; what is found in a list of equal blocks does not count. */
    public long steps() {
        return trees.steps() + addresses.steps();
    }

    /** Units of all free blocks. */
    public long units() {
        return units;
    }

    /** How many free blocks there are. */
    public long count() {
        return count;
    }

    /**
     * Adds a block whose header says that it is free.
     *
     * @throws HeapCorruptionException if a link next to its place is damaged; the block is not in the list then
     */
    public void insert(long block, int blockUnits) {
        if (blockUnits < Bins.FIRST_RANGE_BIN) {
            if (lists.push(blockUnits, block)) {
                bins.mark(blockUnits);
            }
        } else {
            int bin = Bins.binOf(blockUnits);
            trees.insert(bin, block, blockUnits);
            bins.mark(bin);
        }
        units += blockUnits;
        count++;
        if (indexed) {
            addresses.inserted(block, blockUnits);
        }
    }

    /**
     * Checks all that {@link #remove} will follow and write.
     *
     * @throws HeapCorruptionException if a link of the block, or one that should lead to it, is damaged
     */
    public void check(long block, int blockUnits) {
        int bin = Bins.binOf(blockUnits);
        if (bin < Bins.FIRST_RANGE_BIN) {
            lists.check(bin, block);
        } else {
            trees.check(bin, block);
        }
    }

    /** Removes a block that has just passed {@link #check}. */
    public void remove(long block, int blockUnits) {
        int bin = Bins.binOf(blockUnits);
        if (bin < Bins.FIRST_RANGE_BIN) {
            lists.remove(bin, block);
        } else {
            trees.remove(bin, block);
        }
        if (heads[bin] == 0) {
            bins.unmark(bin);
        }
        removed(block, blockUnits);
    }

    private void removed(long block, int blockUnits) {
        units -= blockUnits;
        count--;
        if (wipeLinks) {
            Links.wipe(block, blockUnits);
        }
    }

    /** A region went back: the address index forgets it. */
    public void regionEmptied(int region) {
        addresses.emptied(region);
    }

    /**
     * Takes the block that the policy chooses for a request out of its list. Its header still says that it is free, and how large it is.
     *
     * @return the block, or 0 if none is large enough
     * @throws HeapCorruptionException if a damaged link or header is met; nothing has changed then
     */
    public long take(int wanted) {
        if (wanted < Bins.FIRST_RANGE_BIN && !byAddress) {
            int bin = bins.firstExactFrom(wanted);
            if (bin < Bins.FIRST_RANGE_BIN && policy != FitPolicy.WORST_FIT) {
                return takeFirst(bin);
            }
        }
        long block = find(wanted);
        if (block != 0) {
            takeOut(block, wanted);
        }
        return block;
    }

    /** The fast path: segregated and best fit take the first block of a list in which all are equal. */
    private long takeFirst(int bin) {
        headers.expect(heads[bin], bin, BlockLayout.FREE);
        long block = lists.pop(bin);
        if (heads[bin] == 0) {
            bins.unmark(bin);
        }
        removed(block, bin);
        return block;
    }

    /**
     * Takes a block that {@link #find} found for so many units out of its list.
     *
     * @throws HeapCorruptionException if it is not free, or smaller, or its links are damaged; nothing has changed then
     */
    public void takeOut(long block, int wanted) {
        int blockUnits = Math.max(wanted, Headers.units(headers.word(block)));
        headers.expect(block, blockUnits, BlockLayout.FREE);
        check(block, blockUnits);
        remove(block, blockUnits);
    }

    /**
     * The block that the policy chooses for a request, or 0 if none is large enough. It stays where it is.
     *
     * @throws HeapCorruptionException if a damaged link or header is met
     */
    public long find(int wanted) {
        return switch (policy) {
            case SEGREGATED_FIT -> goodFit(wanted);
            case BEST_FIT -> bestFit(wanted);
            case WORST_FIT -> worstFit(wanted);
            case FIRST_FIT -> addresses.firstFrom(0, wanted);
            case NEXT_FIT -> nextFit(wanted);
            case ADAPTIVE -> throw new IllegalStateException("policy: ADAPTIVE (expected: one that searches)");
        };
    }

    private long goodFit(int wanted) {
        int bin = bins.firstFrom(Bins.binAllAtLeast(wanted));
        if (bin == Bins.NONE) {
            // The request's own bin may still hold one: looking there is cheaper than growing.
            int own = Bins.binOf(wanted);
            return own >= Bins.FIRST_RANGE_BIN && bins.isMarked(own) ? trees.smallestAtLeast(own, wanted) : 0;
        }
        return bin < Bins.FIRST_RANGE_BIN ? heads[bin] : trees.any(bin);
    }

    private long bestFit(int wanted) {
        int bin = bins.firstFrom(Bins.binOf(wanted));
        if (bin >= Bins.FIRST_RANGE_BIN && bin == Bins.binOf(wanted)) {
            long found = trees.smallestAtLeast(bin, wanted);
            if (found != 0) {
                return found;
            }
            bin = bins.firstFrom(bin + 1);
        }
        if (bin == Bins.NONE) {
            return 0;
        }
        return bin < Bins.FIRST_RANGE_BIN ? heads[bin] : trees.smallest(bin);
    }

    private long worstFit(int wanted) {
        long largest = largest();
        return largest != 0 && Headers.units(headers.word(largest)) >= wanted ? largest : 0;
    }

    private long nextFit(int wanted) {
        long found = addresses.firstFrom(rover, wanted);
        if (found == 0 && rover != 0) {
            found = addresses.firstFrom(0, wanted);
        }
        if (found != 0) {
            long end = found + ((long) wanted << BlockLayout.UNIT_SHIFT);
            rover = geometry.isBlockAddress(end) ? end : 0;
        }
        return found;
    }

    /** The largest free block, or 0: at most 16 steps. */
    public long largest() {
        int bin = bins.last();
        if (bin == Bins.NONE) {
            return 0;
        }
        return bin < Bins.FIRST_RANGE_BIN ? heads[bin] : trees.largest(bin);
    }

    /** Units of the largest free block, or 0. */
    public int largestUnits() {
        int bin = bins.last();
        if (bin == Bins.NONE) {
            return 0;
        }
        return bin < Bins.FIRST_RANGE_BIN ? bin : Headers.units(headers.word(trees.largestNode(bin)));
    }

    /**
     * Checks one free block for the validator: its links, its bin's mark, and the bound that the address index keeps over it.
     *
     * @throws HeapCorruptionException if one of them is wrong
     */
    public void validate(long block, int blockUnits) {
        check(block, blockUnits);
        if (!bins.isMarked(Bins.binOf(blockUnits))) {
            throw new HeapCorruptionException(
                    block,
                    "free block %s of %d units: bin %d is not marked (expected: marked)"
                            .formatted(geometry.describe(block), blockUnits, Bins.binOf(blockUnits)));
        }
        if (addresses.boundAt(block) < blockUnits) {
            throw new HeapCorruptionException(
                    block,
                    "free block %s of %d units: address bound %d (expected: not below its size)"
                            .formatted(geometry.describe(block), blockUnits, addresses.boundAt(block)));
        }
    }

    /**
     * Counts, for the validator, the blocks that the bins lead to, and checks that each stands in the right one.
     *
     * @throws HeapCorruptionException if a list holds what does not belong there, or leads in a circle
     */
    public long countLinked() {
        long found = 0;
        for (int bin = bins.firstFrom(0); bin != Bins.NONE; bin = bins.firstFrom(bin + 1)) {
            found += bin < Bins.FIRST_RANGE_BIN ? lists.count(bin, count) : trees.count(bin, count);
        }
        return found;
    }
}
