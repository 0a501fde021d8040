package dev.ashlar.region;

import java.util.List;

import dev.ashlar.Adaptation;
import dev.ashlar.BlockState;
import dev.ashlar.BlockVisitor;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapStatistics;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import dev.ashlar.fit.FreeBlocks;
import dev.ashlar.os.OsMemory;
import org.jspecify.annotations.Nullable;

import static dev.ashlar.block.BlockLayout.SPAN_UNITS;
import static dev.ashlar.block.BlockLayout.UNIT_BYTES;
import static dev.ashlar.block.BlockLayout.UNIT_SHIFT;

/**
 * The blocks of one owner: free lists, carvers, regions and counts, put together.
 *
 * <pre>{@code
 *     carve  -> AdaptiveFit                            the policy looks at the evidence now and then, if it is adaptive
 *            -> PendingBlocks.take                     a block of the same size waits (deferred coalescing)
 *            -> BlockCarver.carve, carveAligned        out of a free block: FreeBlocks.find, check, remove, split
 *     grow   -> BlockCarver.carveFrom                  out of one more region
 *            -> SpanCarver.carve                       larger than a region, or so aligned
 *     free   -> PendingBlocks.add                      let it wait, or
 *            -> BlockCarver.free                       merge, insert, or take its region out of use
 *            -> SpanCarver.free                        the same by pieces
 * }</pre>
 *
 * <p>Everything here trusts its arguments: that a block is live and how large it is has been checked by the caller.
 */
public final class BlockSpace {
    private final OsMemory os;
    private final Geometry geometry;
    private final Headers headers;
    private final BlockStarts starts;
    private final FreeBlocks free;
    private final RegionTable table;
    private final BlockLedger ledger = new BlockLedger();
    private final BlockCarver carver;
    private final SpanCarver spans;
    private final PendingBlocks pending;
    private final AdaptiveFit adaptive;

    /** The same while the policy is adaptive, else null. */
    private @Nullable AdaptiveFit watching;
    private @Nullable HeldBlocks held;

    /**
     * An empty space.
     *
     * @param os that commits the regions
     * @param geometry of the regions
     * @param tableAddress of the table of block starts
     * @param secret for the headers' check bits
     * @param hugePages whether to ask for them
     * @param wipeLinks whether links are zeroed when a block leaves its list
     */
    public BlockSpace(
            OsMemory os, Geometry geometry, long tableAddress, long secret, boolean hugePages, boolean wipeLinks) {
        this(
                os,
                geometry,
                tableAddress,
                secret,
                new RegionTable(os, geometry, tableAddress, hugePages),
                wipeLinks);
    }

    /**
     * An empty space of one of several owners.
     *
     * @param os that purges
     * @param geometry of the regions
     * @param tableAddress of the table of block starts
     * @param secret for the headers' check bits
     * @param table this owner's part of the regions
     * @param wipeLinks whether links are zeroed when a block leaves its list
     */
    public BlockSpace(
            OsMemory os,
            Geometry geometry,
            long tableAddress,
            long secret,
            RegionTable table,
            boolean wipeLinks) {
        this.os = os;
        this.geometry = geometry;
        this.table = table;
        headers = new Headers(geometry, secret);
        starts = new BlockStarts(geometry.base(), tableAddress);
        free = new FreeBlocks(geometry, headers, starts, wipeLinks, table::isInUse);
        carver = new BlockCarver(geometry, headers, starts, free, table, ledger);
        spans = new SpanCarver(geometry, headers, starts, table, carver, ledger);
        pending = new PendingBlocks(geometry, headers, carver, ledger);
        adaptive = new AdaptiveFit(geometry, free, table, ledger);
    }

    /** The regions' addresses. */
    public Geometry geometry() {
        return geometry;
    }

    /** The headers of these blocks. */
    public Headers headers() {
        return headers;
    }

    /** Where blocks begin. */
    public BlockStarts starts() {
        return starts;
    }

    /** What the regions are doing. */
    public RegionTable table() {
        return table;
    }

    /** The free blocks. */
    public FreeBlocks freeBlocks() {
        return free;
    }

    /** What is live and pending. */
    public BlockLedger ledger() {
        return ledger;
    }

    /** The fit policy that was set: {@link FitPolicy#ADAPTIVE}, or the one in force. */
    public FitPolicy policy() {
        return watching != null ? FitPolicy.ADAPTIVE : free.policy();
    }

    /** Changes the fit policy; O(regions). A fixed one stays; setting the adaptive one again begins anew. */
    public void policy(FitPolicy policy) {
        if (policy == FitPolicy.ADAPTIVE) {
            adaptive.begin();
            watching = adaptive;
        } else {
            watching = null;
            adaptive.forget();
            free.policy(policy);
        }
    }

    /** What chooses the policy while that is adaptive. */
    public AdaptiveFit adaptive() {
        return adaptive;
    }

    /** What the adaptive policy has done, and which one searches. */
    public Adaptation adaptation() {
        return new Adaptation(
                adaptive.favour(),
                List.of(free.policy()),
                adaptive.windows(),
                adaptive.switches(),
                adaptive.recent());
    }

    /**
     * Looks at the evidence, if the policy is adaptive, where no request has made it for a while.
     *
     * @throws dev.ashlar.HeapCorruptionException if a free block's header is damaged
     */
    public void considerPolicy() {
        if (watching != null) {
            watching.tick();
        }
    }

    /**
     * Carves a live block out of what is free in the regions in use.
     *
     * @param units any number
     * @param alignment a power of two
     * @return its payload address, or 0
     */
    public long carve(long units, long alignment) {
        AdaptiveFit watcher = watching;
        if (watcher == null) {
            return search(units, alignment);
        }
        watcher.before();
        long block = search(units, alignment);
        watcher.after(units, block != 0, false);
        return block;
    }

    private long search(long units, long alignment) {
        if (units > geometry.regionUnits()) {
            return 0;
        }
        if (alignment > UNIT_BYTES) {
            return carver.carveAligned((int) units, alignment);
        }
        if (PendingBlocks.takes(units)) {
            long waiting = pending.take((int) units);
            if (waiting != 0) {
                return waiting;
            }
        }
        return carver.carve((int) units);
    }

    /**
     * Carves a live block out of regions that were not in use until now.
     *
     * @return its payload address, or 0 if there are no such regions
     * @throws dev.ashlar.OsException if the operating system refuses to commit; no block has changed then
     */
    public long grow(long units, long alignment) {
        long block = growBy(units, alignment);
        if (block != 0 && watching != null) {
            watching.after(units, true, true);
        }
        return block;
    }

    private long growBy(long units, long alignment) {
        long slack = alignment > UNIT_BYTES ? (alignment >>> UNIT_SHIFT) + 1 : 0;
        if (units + slack > geometry.regionUnits()) {
            return spans.carve(units, alignment);
        }
        long block = 0;
        for (int region = table.find(); block == 0 && region != RegionTable.NONE; region = table.find()) {
            block = carver.carveFrom(region, (int) units, alignment);
        }
        return block;
    }

    /** Units of a block whose word B is this one. */
    public long unitsOf(long block, int word) {
        int units = Headers.units(word);
        return units == SPAN_UNITS ? table.spanUnits(geometry.regionOf(block)) : units;
    }

    /**
     * Checks all that freeing a live block will follow, for who writes into the block before.
     *
     * @throws dev.ashlar.HeapCorruptionException if something there is damaged
     */
    public void checkFree(long block, int word) {
        carver.checkNeighbours(block, BlockCarver.behind(block, unitsOf(block, word)));
    }

    /** Frees a live block, merging it with its neighbours at once. */
    public void free(long block, int word) {
        if (Headers.units(word) == SPAN_UNITS) {
            spans.free(block);
        } else {
            carver.free(block, Headers.units(word));
        }
    }

    /** Frees a live block, and lets it wait unmerged if its size allows that. */
    public void freeDeferred(long block, int word) {
        int units = Headers.units(word);
        if (units != SPAN_UNITS && PendingBlocks.takes(units)) {
            pending.add(block, units);
        } else {
            free(block, word);
        }
    }

    /** Changes the size of a live block in place; whether that was possible. */
    public boolean resize(long block, int word, long wanted) {
        if (Headers.units(word) == SPAN_UNITS) {
            return spans.resize(block, wanted);
        }
        return wanted <= geometry.regionUnits() && carver.resize(block, Headers.units(word), (int) wanted);
    }

    /** Takes a live block out of circulation for good. */
    public void withhold(long block, int word) {
        if (Headers.units(word) == SPAN_UNITS) {
            spans.withhold(block);
        } else {
            carver.withholdLive(block, Headers.units(word));
        }
    }

    /** What is kept out of the free lists; made when it is first asked for. */
    public HeldBlocks held() {
        HeldBlocks blocks = held;
        if (blocks == null) {
            blocks = new HeldBlocks(geometry, headers, starts, free, carver, ledger);
            held = blocks;
        }
        return blocks;
    }

    /** Whether a free block is kept out of its list at this moment, as pages of it are being given back. */
    public boolean isPurging() {
        return purging() != 0;
    }

    /** That block, or 0. */
    long purging() {
        return held == null ? 0 : held.purging();
    }

    OsMemory os() {
        return os;
    }

    /** How many blocks wait, counted along their lists, or are held, for the validator. */
    long countPending() {
        return pending.countLinked() + (held == null ? 0 : held.count());
    }

    /** Merges the blocks that wait; returns their usable bytes. */
    public long coalesce() {
        return pending.coalesce();
    }

    /**
     * Gives the whole pages inside free blocks back to the operating system; O(blocks).
     *
     * @return bytes that were resident there until now, as far as the system can tell; else the bytes of the pages
     * @throws dev.ashlar.OsException if the operating system refuses; what was given back until then is
     */
    public long purge() {
        long page = os.pageSizeBytes();
        long[] purged = {0};
        walk((address, usableBytes, state) -> {
            if (state == BlockState.FREE) {
                int links = BlockLayout.linkBytes(BlockLayout.unitsFor(usableBytes));
                long from = (address + links + page - 1) & -page;
                long to = (address + usableBytes) & -page;
                if (from < to) {
                    purged[0] += purge(from, to - from);
                }
            }
        });
        return purged[0];
    }

    private long purge(long address, long bytes) {
        long resident = os.residentBytes(address, bytes);
        if (resident == 0 || !os.returnsPages()) {
            return 0;
        }
        os.purge(address, bytes);
        return resident < 0 ? bytes : resident;
    }

    /** Which pages of free blocks are dirty, or null if nobody keeps account of that. */
    public @Nullable DirtyPages dirtyPages() {
        return table.dirtyPages();
    }

    /** Shows all blocks in address order; O(blocks), and O(regions). */
    public void walk(BlockVisitor visitor) {
        for (int region = table.firstInUse(0); region < geometry.regionCount();) {
            long block = geometry.firstBlock(region);
            while (true) {
                int word = headers.word(block);
                if (Headers.state(word) == BlockLayout.SENTINEL) {
                    break;
                }
                long units = unitsOf(block, word);
                visitor.visit(block, BlockLayout.payloadBytes(units), stateOf(word));
                block = BlockCarver.behind(block, units);
            }
            region = table.firstInUse(geometry.regionOf(block) + 1);
        }
    }

    /** A block's state in words that users see. */
    static BlockState stateOf(int word) {
        return switch (Headers.state(word)) {
            case BlockLayout.LIVE -> BlockState.LIVE;
            case BlockLayout.CACHED -> BlockState.CACHED;
            case BlockLayout.WITHHELD -> BlockState.WITHHELD;
            default -> BlockState.FREE;
        };
    }

    /** The last block that begins at or before an address, without a region out of use in between; or 0. O(region / 1 KiB). */
    public long lastBlockUpTo(long address) {
        long to = address;
        for (int region = geometry.regionAt(address); region >= 0 && table.isInUse(region); region--) {
            long block = starts.lastIn(geometry.regionStart(region), to);
            if (block != 0) {
                return block;
            }
            to = geometry.regionStart(region) - 1;
        }
        return 0;
    }

    /** Whether any byte of a range is usable by the holder of a live block; O(region / 1 KiB + blocks in the range). */
    public boolean isAllocated(long address, long bytes) {
        long limit = geometry.base() + geometry.byteSize();
        long sum = address + bytes;
        long end = address >= 0 && sum < 0 ? limit : Math.min(sum, limit);
        long from = Math.max(address, geometry.base());
        while (from < end) {
            int region = geometry.regionAt(from);
            long block = table.isInUse(region) ? lastBlockUpTo(from) : 0;
            if (block == 0) {
                // Before the first block of its region, or in no region in use.
                block = table.isInUse(region) ? geometry.firstBlock(region) : geometry.regionEnd(region);
                from = Math.max(block, from + 1);
                continue;
            }
            int word = headers.word(block);
            long units = unitsOf(block, word);
            if (Headers.state(word) == BlockLayout.LIVE && from < block + BlockLayout.payloadBytes(units)) {
                return true;
            }
            from = Math.max(BlockCarver.behind(block, units), from + 1);
        }
        return false;
    }

    /** Usable bytes of the blocks that callers hold, slabs among them. */
    public long liveBytes() {
        return ledger.liveBytes();
    }

    /** The figures of this moment; O(regions / 64). */
    public HeapStatistics statistics() {
        long partlyFree = (free.units() << UNIT_SHIFT) - free.count() * BlockLayout.HEADER_BYTES;
        int largest = free.largestUnits();
        long largestPartly = largest == 0 ? 0 : BlockLayout.payloadBytes(largest);
        long retained = table.retainedRegions() * geometry.regionBytes();
        int run = table.longestRetainedRun();
        long largestRetained = run == 0
                ? 0
                : run * geometry.regionBytes() - BlockLayout.EDGE_BYTES - BlockLayout.HEADER_BYTES;
        long blocks = ledger.liveBlocks() + ledger.pendingBlocks() + free.count();
        return new HeapStatistics(
                geometry.byteSize(),
                table.committedBytes(),
                ledger.liveBytes(),
                ledger.pendingBytes(),
                partlyFree + retained,
                blocks * BlockLayout.HEADER_BYTES,
                table.overheadBytes() + ledger.withheldBytes(),
                retained,
                ledger.liveBlocks(),
                ledger.pendingBlocks(),
                free.count(),
                ledger.withheldBlocks(),
                partlyFree,
                largestPartly,
                Math.max(largestPartly, largestRetained));
    }
}
