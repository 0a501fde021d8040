package dev.ashlar.bench.workload;

import java.util.List;

import dev.ashlar.bench.peer.PeerKind;

/**
 * What to run.
 *
 * @param workloads in the order of the table
 * @param allocators in the order of the table
 * @param threads as each workload takes them
 * @param seconds of each measured run
 */
public record WorkloadOptions(List<WorkloadKind> workloads, List<PeerKind> allocators, int threads, double seconds) {
    /** Copies the lists. */
    public WorkloadOptions {
        workloads = List.copyOf(workloads);
        allocators = List.copyOf(allocators);
    }

    /** The seed of all randomness, the same in each run. */
    public long seed() {
        return StageOptions.SEED;
    }
}
