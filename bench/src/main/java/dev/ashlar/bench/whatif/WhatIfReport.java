package dev.ashlar.bench.whatif;

import java.util.List;

import dev.ashlar.bench.replay.MachineInfo;

/**
 * All that was found.
 *
 * @param machine that it ran on
 * @param trace its name
 * @param events that were replayed
 * @param eventsInFile that the trace has
 * @param peakRequestedBytes the most bytes requested and not yet freed, after any event that was replayed
 * @param rows one for each setting
 * @param recommendations one for each allocator of which there is one
 */
public record WhatIfReport(
        MachineInfo machine,
        String trace,
        long events,
        long eventsInFile,
        long peakRequestedBytes,
        List<WhatIfRow> rows,
        List<Recommendation> recommendations) {
    /** Copies the lists. */
    public WhatIfReport {
        rows = List.copyOf(rows);
        recommendations = List.copyOf(recommendations);
    }
}
