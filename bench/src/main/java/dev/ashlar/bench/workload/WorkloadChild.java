package dev.ashlar.bench.workload;

import java.io.IOException;
import java.util.List;

import dev.ashlar.bench.memory.ResidentMemory;
import dev.ashlar.bench.peer.Peer;
import dev.ashlar.bench.peer.PeerKind;
import dev.ashlar.bench.process.ChildProcess;
import org.HdrHistogram.Histogram;

/**
 * The main class of a measuring JVM: runs one workload over one allocator, and prints a {@link WorkloadResult} as JSON on the standard
 * output. A shorter run of the same comes first, so that the code is compiled.
 */
final class WorkloadChild {
    private static final double WARM_UP_SHARE = 0.25;
    private static final double NANOS_PER_SECOND = 1e9;

    private WorkloadChild() {}

    /**
     * Runs it.
     *
     * @param arguments of {@link #arguments}
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        WorkloadKind workload = WorkloadKind.valueOf(arguments[0]);
        PeerKind peer = PeerKind.valueOf(arguments[1]);
        int threads = Integer.parseInt(arguments[2]);
        double seconds = Double.parseDouble(arguments[3]);
        try {
            System.out.println(run(workload, peer, threads, seconds).toJson());
        } catch (ContentsException | OutOfMemoryError e) {
            System.err.println(e);
            System.exit(ChildProcess.EXIT_EXPLAINED);
        }
    }

    static List<String> arguments(WorkloadKind workload, PeerKind peer, int threads, double seconds) {
        return List.of(workload.name(), peer.name(), Integer.toString(threads), Double.toString(seconds));
    }

    static WorkloadResult run(WorkloadKind workload, PeerKind kind, int threads, double seconds)
            throws IOException, InterruptedException {
        try (ResidentMemory memory = ResidentMemory.openOrNull();
                Peer peer = kind.open()) {
            System.gc();
            long idleBytes = memory == null ? 0 : memory.bytes();
            perform(workload, peer, kind, StageOptions.full(threads, seconds * WARM_UP_SHARE, Meter.NEVER));
            Stage stage = perform(
                    workload,
                    peer,
                    kind,
                    StageOptions.full(threads, seconds, Meter.DEFAULT_CALLS_PER_SAMPLE));
            long nanos = stage.elapsedNanos();
            Histogram latency = stage.sum().histogram();
            return new WorkloadResult(
                    workload.unit().count(stage.sum()),
                    nanos / NANOS_PER_SECOND,
                    latency.getTotalCount(),
                    latency.getValueAtPercentile(50),
                    latency.getValueAtPercentile(99),
                    latency.getValueAtPercentile(99.9),
                    latency.getMaxValue(),
                    memory == null ? null : Math.max(memory.peakBytes() - idleBytes, 0));
        }
    }

    private static Stage perform(WorkloadKind workload, Peer peer, PeerKind kind, StageOptions options)
            throws InterruptedException {
        Stage stage = new Stage(peer, kind.keepsContents(), options);
        workload.create().run(stage);
        return stage;
    }
}
