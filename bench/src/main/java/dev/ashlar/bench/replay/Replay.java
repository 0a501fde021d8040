package dev.ashlar.bench.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import dev.ashlar.bench.replay.ReplayTask.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Replays traces through allocators, each pair in child JVMs of its own, one at a time, and collects what they measured.
 *
 * <p>All traces are read to their end before the first pass: a damaged one is refused at once, and not after minutes.
 */
public final class Replay {
    private final List<TraceSource> sources;
    private final ReplayOptions options;
    private final ReplayListener listener;

    private int stepNumber;

    /**
     * A replay that has not run.
     *
     * @param sources the traces, in the order of the report
     * @param options how to replay them
     * @param listener hears of progress
     */
    public Replay(List<TraceSource> sources, ReplayOptions options, ReplayListener listener) {
        this.sources = List.copyOf(sources);
        this.options = options;
        this.listener = listener;
    }

    /**
     * Runs the replay, once.
     *
     * @return the report
     * @throws dev.ashlar.trace.TraceFormatException if a file is no well-formed trace
     * @throws IOException if a file can't be read, or a child not be started
     * @throws ReplayException if a check fails, or a child ends in any other way than it should
     * @throws InterruptedException if the thread is interrupted; no child is left
     */
    public ReplayReport run() throws IOException, ReplayException, InterruptedException {
        List<TraceFigures> figures = new ArrayList<>();
        for (TraceSource source : sources) {
            step(source.name() + ": reading the trace");
            figures.add(TraceFigures.of(FlatTrace.read(source.file())));
        }
        List<ReplayRun> runs = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            for (AllocatorKind allocator : options.allocators()) {
                ReplayRun run = replay(sources.get(i), figures.get(i), allocator);
                runs.add(run);
                listener.runEnded(run);
            }
        }
        return new ReplayReport(MachineInfo.current(), runs);
    }

    private ReplayRun replay(TraceSource source, TraceFigures figures, AllocatorKind allocator)
            throws IOException, ReplayException, InterruptedException {
        pass(Kind.CHECK, source, figures, allocator);
        TaskResult timed = pass(Kind.TIME, source, figures, allocator);
        TaskResult resident = pass(Kind.RESIDENT, source, figures, allocator);
        return new ReplayRun(
                source.name(),
                allocator,
                ofAshlar(allocator, options.policy()),
                ofAshlar(allocator, options.coalescingOf(allocator)),
                timed.threads() == null ? 1 : Math.toIntExact(timed.threads()),
                timed.waits(),
                figures.events(),
                Objects.requireNonNull(timed.nanosPerEvent(), "nanosPerEvent"),
                Objects.requireNonNull(timed.nanosPerEventBest(), "nanosPerEventBest"),
                figures.peakRequestedBytes(),
                resident.peakCommittedBytes(),
                resident.peakResidentBytes(),
                ofAshlar(allocator, figures.floorBytes()),
                resident.largestFreeBytes(),
                resident.fragmentation(),
                resident.policySwitches(),
                true);
    }

    private TaskResult pass(Kind kind, TraceSource source, TraceFigures figures, AllocatorKind allocator)
            throws IOException, ReplayException, InterruptedException {
        step(source.name() + ", " + allocator.displayName() + ": " + kind.title());
        ReplayTask task = new ReplayTask(
                kind,
                source.file(),
                allocator,
                options.policy(),
                options.favour(),
                options.coalescingOf(allocator),
                options.capacityFor(figures.floorBytes()),
                options.regionBytes(),
                options.passes(),
                options.verify(),
                options.validateEvery(),
                options.parallel());
        return ChildJvm.run(task, figures);
    }

    private void step(String what) {
        int stepsPerTrace = 1 + options.allocators().size() * Kind.values().length;
        listener.stepStarted(stepNumber++, sources.size() * stepsPerTrace, what);
    }

    /** The floor, and the options, are Ashlar's; they say nothing of another allocator. */
    private static <T> @Nullable T ofAshlar(AllocatorKind allocator, T value) {
        return allocator.isAshlar() ? value : null;
    }
}
