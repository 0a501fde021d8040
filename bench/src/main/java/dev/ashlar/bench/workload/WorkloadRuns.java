package dev.ashlar.bench.workload;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.ashlar.bench.peer.PeerKind;
import dev.ashlar.bench.process.ChildProcess;
import dev.ashlar.bench.process.JavaCommand;

/** Runs workloads over allocators, each pair in a JVM of its own, one at a time. */
public final class WorkloadRuns {
    private static final long CHILD_HEAP_BYTES = 512L << 20;

    private final WorkloadOptions options;
    private final WorkloadListener listener;

    /**
     * A series that has not run.
     *
     * @param options what to run
     * @param listener hears of progress
     */
    public WorkloadRuns(WorkloadOptions options, WorkloadListener listener) {
        this.options = options;
        this.listener = listener;
    }

    /**
     * Runs the series, once.
     *
     * @return the runs, and what was skipped
     * @throws IOException if a child can't be started, or ends in any other way than it should
     * @throws InterruptedException if the thread is interrupted; no child is left
     */
    public List<WorkloadRun> run() throws IOException, InterruptedException {
        List<WorkloadRun> runs = new ArrayList<>();
        int total = options.workloads().size() * options.allocators().size();
        for (WorkloadKind workload : options.workloads()) {
            for (PeerKind allocator : options.allocators()) {
                listener.stepStarted(runs.size(), total, workload.displayName() + ", " + allocator.displayName());
                WorkloadRun run = run(workload, allocator);
                runs.add(run);
                listener.runEnded(run);
            }
        }
        return runs;
    }

    private WorkloadRun run(WorkloadKind workload, PeerKind allocator) throws IOException, InterruptedException {
        int threads = options.threads();
        Optional<String> skipped = allocator
                .missing()
                .map(what -> "not installed (" + what + ")")
                .or(() -> workload.reasonToSkip(allocator, threads));
        if (skipped.isPresent()) {
            return new WorkloadRun(workload, allocator, threads, null, skipped.get());
        }
        List<String> arguments = WorkloadChild.arguments(workload, allocator, threads, options.seconds());
        String out = ChildProcess.run(
                JavaCommand.of(WorkloadChild.class, CHILD_HEAP_BYTES, true, arguments), Map.of())
                .outOrFail(workload.displayName() + " over " + allocator.displayName());
        return new WorkloadRun(workload, allocator, threads, WorkloadResult.ofJson(out), null);
    }
}
