package dev.ashlar.region;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import org.jspecify.annotations.Nullable;

import static dev.ashlar.block.BlockLayout.LIVE;
import static dev.ashlar.block.BlockLayout.MIN_UNITS;
import static dev.ashlar.block.BlockLayout.SPAN_UNITS;
import static dev.ashlar.block.BlockLayout.UNIT_BYTES;
import static dev.ashlar.block.BlockLayout.UNIT_SHIFT;
import static dev.ashlar.block.BlockLayout.WITHHELD;

/**
 * Carves blocks out of runs of available regions: spans, which are larger than a region, and blocks whose alignment no free block
 * of a region surely has.
 *
 * <pre>{@code
 *      head region                         joined                  joined, the last
 *     +---+------+----+-----------+--------------------------+-----------+----+------+---+
 *     |   | lead | hd | payload  ...       no edges         ...  payload | hd | tail | S |
 *     +---+------+----+-----------+--------------------------+-----------+----+------+---+
 * }</pre>
 *
 * <p>Lead and tail are ordinary blocks, free at first. The payload runs over the edges of the regions between; freeing the span, or
 * its end, writes them anew. So that whatever is left over is a block, or nothing, no span ends where it would leave a single unit at a
 * region's start or end ({@link #legalEnd}).
 */
public final class SpanCarver {
    private final Geometry geometry;
    private final Headers headers;
    private final BlockStarts starts;
    private final RegionTable table;
    private final BlockCarver carver;
    private final BlockLedger ledger;

    /** A carver of spans over the parts of one heap. */
    public SpanCarver(
            Geometry geometry,
            Headers headers,
            BlockStarts starts,
            RegionTable table,
            BlockCarver carver,
            BlockLedger ledger) {
        this.geometry = geometry;
        this.headers = headers;
        this.starts = starts;
        this.table = table;
        this.carver = carver;
        this.ledger = ledger;
    }

    /**
     * Carves a live block out of the lowest run of available regions that has a place for it. O(regions / 64).
     *
     * @param units of any number up to the capacity
     * @param alignment of the payload, a power of two
     * @return its payload address, or 0 if there is no such run
     * @throws dev.ashlar.OsException if the operating system refuses to commit the run; no block has changed then
     */
    public long carve(long units, long alignment) {
        int candidate = table.firstAvailable(0);
        while (candidate != RegionTable.NONE) {
            long block = BlockCarver.alignedIn(geometry.firstBlock(candidate), alignment);
            long end = legalEnd(block, units);
            if (block < 0 || end < block || end > geometry.base() + geometry.byteSize()) {
                return 0;
            }
            int head = geometry.regionOf(block);
            int last = geometry.regionOf(end);
            int obstacle = table.firstTaken(head);
            if (!table.mayAcquire(last - head + 1)) {
                return 0;
            }
            if (obstacle > last && table.acquire(head, last - head + 1)) {
                build(head, last, block, end);
                return block;
            }
            // Or another owner took one of them since: this one is found again, or not.
            candidate = table.firstAvailable(obstacle > last ? candidate : obstacle);
        }
        return 0;
    }

    private void build(int head, int last, long block, long end) {
        long units = (end - block) >>> UNIT_SHIFT;
        headers.setPreviousFreeUnits(block, 0);
        headers.set(block, last > head ? SPAN_UNITS : (int) units, LIVE);
        starts.set(block);
        table.setSpan(head, last > head ? units : 0, last - head);
        carver.endRegion(last, 0);
        ledger.liveAdded(units);
        try {
            freeTail(last, end);
            long lead = geometry.firstBlock(head);
            if (lead != block) {
                int leadUnits = (int) ((block - lead) >>> UNIT_SHIFT);
                carver.noteSoiled(head, lead, leadUnits);
                carver.splitOff(lead, leadUnits);
            }
        } catch (HeapCorruptionException e) {
            if (last > head) {
                withhold(block);
            } else {
                carver.withholdLive(block, (int) units);
            }
            throw e;
        }
    }

    /** Takes a live span out of circulation for good. */
    void withhold(long block) {
        long units = table.spanUnits(geometry.regionOf(block));
        headers.set(block, SPAN_UNITS, WITHHELD);
        ledger.liveRemoved(units);
        ledger.withheld(units);
    }

    private void freeTail(int last, long end) {
        if (end != geometry.regionEnd(last)) {
            int units = (int) ((geometry.regionEnd(last) - end) >>> UNIT_SHIFT);
            carver.noteSoiled(last, end, units);
            carver.splitOff(end, units);
        }
    }

    /** Where a block of at least so many units may end. */
    private long legalEnd(long block, long units) {
        long end = BlockCarver.behind(block, units);
        long offset = (end - geometry.base()) & (geometry.regionBytes() - 1);
        if (offset == UNIT_BYTES) {
            // The last region would be in use for the span's last 8 bytes, and its one free block as large as the region.
            return end + MIN_UNITS * UNIT_BYTES;
        }
        boolean singleUnit = offset == geometry.regionBytes() - UNIT_BYTES
                || offset == (long) UNIT_BYTES + UNIT_BYTES;
        return singleUnit ? end + UNIT_BYTES : end;
    }

    /**
     * Frees a live span: its pieces merge with lead and tail, the regions between go out of use.
     *
     * @throws HeapCorruptionException if a neighbour's header, the boundary tag or a link is damaged; nothing has changed then
     */
    public void free(long block) {
        int head = geometry.regionOf(block);
        long units = table.spanUnits(head);
        long end = BlockCarver.behind(block, units);
        int previousUnits = carver.checkedPreviousUnits(block);
        int nextUnits = carver.checkedNextUnits(end);
        ledger.liveRemoved(units);
        table.setSpan(head, 0, head - geometry.regionOf(end));
        starts.clear(block);
        freePieces(block, previousUnits, end, nextUnits);
    }

    /**
     * Changes the size of a live span where it stands; it may become an ordinary block. Growing takes the free block behind it, and
     * available regions behind that.
     *
     * @param wanted units
     * @return whether it has the wanted size now; if not, nothing has changed
     * @throws dev.ashlar.OsException if the operating system refuses to commit a region; the span has not changed then
     */
    public boolean resize(long block, long wanted) {
        int head = geometry.regionOf(block);
        long end = BlockCarver.behind(block, table.spanUnits(head));
        int last = geometry.regionOf(end);
        long newEnd = legalEnd(block, wanted);
        if (newEnd < block || newEnd > geometry.base() + geometry.byteSize()) {
            return false;
        }
        int nextUnits = carver.checkedNextUnits(end);
        long room = BlockCarver.behind(end, nextUnits);
        if (newEnd <= end) {
            if (nextUnits == 0 && end - newEnd < MIN_UNITS * UNIT_BYTES) {
                return true;
            }
            setEnd(block, newEnd);
            freePieces(newEnd, 0, end, nextUnits);
            return true;
        }
        int newLast = geometry.regionOf(newEnd);
        if (newEnd > room) {
            if (room != geometry.regionEnd(last) || table.firstTaken(last + 1) <= newLast) {
                return false;
            }
            if (!table.acquire(last + 1, newLast - last)) {
                return false;
            }
            carver.endRegion(newLast, 0);
            Headers.erase(geometry.regionEnd(last));
        }
        if (nextUnits != 0) {
            carver.absorb(end, nextUnits);
        }
        long limit = newEnd > room ? geometry.regionEnd(newLast) : room;
        if (limit - newEnd < MIN_UNITS * UNIT_BYTES) {
            newEnd = limit;
            headers.setPreviousFreeUnits(limit, 0);
        }
        setEnd(block, newEnd);
        int rest = (int) ((limit - newEnd) >>> UNIT_SHIFT);
        if (limit == room) {
            carver.noteMoved(end, nextUnits, newEnd, rest);
        } else {
            carver.noteMoved(end, nextUnits, end, 0);
            carver.noteSoiled(newLast, newEnd, rest);
        }
        if (rest != 0) {
            carver.splitOff(newEnd, rest);
        }
        return true;
    }

    /** Writes the size of a live block that begins as a span: into the table, or the header if it is none any more. */
    private void setEnd(long block, long end) {
        int head = geometry.regionOf(block);
        long before = table.spanUnits(head);
        long units = (end - block) >>> UNIT_SHIFT;
        int joinedBefore = geometry.regionOf(BlockCarver.behind(block, before)) - head;
        int joined = geometry.regionOf(end) - head;
        table.setSpan(head, joined > 0 ? units : 0, joined - joinedBefore);
        headers.set(block, joined > 0 ? SPAN_UNITS : (int) units, LIVE);
        ledger.liveResized(units - before);
    }

    /**
     * Frees what lies between two payload addresses, over any number of regions: the rest of the first region, the regions between,
     * the beginning of the last. A piece whose list is damaged is withheld, and the others are freed all the same.
     *
     * @param from payload address; what is before it has {@code previousUnits} free ones
     * @param to payload address of the block behind, which has {@code nextUnits} if it is free
     */
    private void freePieces(long from, int previousUnits, long to, int nextUnits) {
        int first = geometry.regionOf(from);
        int last = geometry.regionOf(to);
        if (first == last) {
            freePiece(from, previousUnits, to, nextUnits);
            return;
        }
        carver.endRegion(first, previousUnits);
        carver.leave(first + 1, last - first - 1);
        HeapCorruptionException damage = null;
        try {
            freePiece(from, previousUnits, geometry.regionEnd(first), 0);
        } catch (HeapCorruptionException e) {
            damage = e;
        }
        try {
            freePiece(geometry.firstBlock(last), 0, to, nextUnits);
        } catch (HeapCorruptionException e) {
            damage = withSuppressed(e, damage);
        }
        if (damage != null) {
            throw damage;
        }
    }

    private static HeapCorruptionException withSuppressed(
            HeapCorruptionException e, @Nullable HeapCorruptionException earlier) {
        if (earlier != null) {
            e.addSuppressed(earlier);
        }
        return e;
    }

    private void freePiece(long from, int previousUnits, long to, int nextUnits) {
        int units = (int) ((to - from) >>> UNIT_SHIFT);
        if (units == 0) {
            carver.retireIfWhole(from, previousUnits);
            return;
        }
        starts.set(from);
        headers.setPreviousFreeUnits(from, previousUnits);
        carver.merge(from, units, previousUnits, nextUnits);
    }
}
