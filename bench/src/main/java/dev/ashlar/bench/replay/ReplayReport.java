package dev.ashlar.bench.replay;

import java.util.List;

/**
 * All that a replay measured.
 *
 * @param machine that it ran on
 * @param runs in their order
 */
public record ReplayReport(MachineInfo machine, List<ReplayRun> runs) {
    /** Copies the list. */
    public ReplayReport {
        runs = List.copyOf(runs);
    }
}
