package dev.ashlar.bench.workload;

import dev.ashlar.bench.peer.PeerKind;
import org.jspecify.annotations.Nullable;

/**
 * One workload over one allocator: a result, or why there is none.
 *
 * @param workload that ran
 * @param allocator under it
 * @param threads as asked for
 * @param result or null
 * @param skipped why there is no result, or null
 */
public record WorkloadRun(
        WorkloadKind workload,
        PeerKind allocator,
        int threads,
        @Nullable WorkloadResult result,
        @Nullable String skipped) {}
