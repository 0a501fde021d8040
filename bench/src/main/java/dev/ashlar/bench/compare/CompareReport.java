package dev.ashlar.bench.compare;

import java.util.List;
import java.util.Map;

import dev.ashlar.bench.replay.MachineInfo;
import org.jspecify.annotations.Nullable;

/**
 * What a comparison measured.
 *
 * @param machine that it ran on
 * @param baseline the row that ratios refer to
 * @param cells that were asked for
 * @param repetitions slices of each cell
 * @param secondsPerCell of each row and cell, in all
 * @param rows in their order
 * @param missing what is not on this machine, with what to install
 */
public record CompareReport(
        MachineInfo machine,
        String baseline,
        List<Cell> cells,
        int repetitions,
        double secondsPerCell,
        List<RowResult> rows,
        List<String> missing) {
    /**
     * One allocator.
     *
     * @param name of the row
     * @param figures by cell; a cell that the allocator has no figure for is not there
     * @param skipped by cell: why it has none
     * @param peakResidentBytes by trace
     */
    public record RowResult(
            String name,
            Map<Cell, Figure> figures,
            Map<Cell, String> skipped,
            Map<Cell, Long> peakResidentBytes) {}

    /**
     * One cell.
     *
     * @param nanos per operation
     * @param ratio to the baseline, slice by slice; null if the baseline has no figure
     */
    public record Figure(Spread nanos, @Nullable Spread ratio) {}
}
