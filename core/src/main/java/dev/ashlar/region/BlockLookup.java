package dev.ashlar.region;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;

/** Finds the live block that an address from outside names: the checks before each free. O(1) unless it fails. */
public final class BlockLookup {
    private final BlockSpace space;
    private final Geometry geometry;
    private final FreeDiagnosis diagnosis;

    /** Looks into one owner's blocks. */
    public BlockLookup(BlockSpace space, FreeDiagnosis diagnosis) {
        this.space = space;
        this.diagnosis = diagnosis;
        geometry = space.geometry();
    }

    /**
     * Word B of a live block.
     *
     * @throws dev.ashlar.InvalidFreeException if the address is not one
     * @throws HeapCorruptionException if it is one, and its header is damaged
     */
    public int liveWord(long address) {
        if (!geometry.isBlockAddress(address) || !space.starts().isStart(address)) {
            throw diagnosis.explain(address);
        }
        int word = space.headers().word(address);
        if (Headers.state(word) != BlockLayout.LIVE) {
            throw diagnosis.explain(address);
        }
        int units = Headers.units(word);
        if (units < BlockLayout.MIN_UNITS) {
            checkSpan(address, units);
        } else if (BlockCarver.behind(address, units) > geometry.regionEnd(geometry.regionOf(address))) {
            throw new HeapCorruptionException(
                    address,
                    "block %s: %d units (expected: to end in its region)"
                            .formatted(geometry.describe(address), units));
        }
        return word;
    }

    private void checkSpan(long address, int units) {
        if (units != BlockLayout.SPAN_UNITS || space.table().spanUnits(geometry.regionOf(address)) == 0) {
            throw new HeapCorruptionException(
                    address,
                    "block %s: %d units (expected: %d at least, or a span of its region)"
                            .formatted(geometry.describe(address), units, BlockLayout.MIN_UNITS));
        }
    }
}
