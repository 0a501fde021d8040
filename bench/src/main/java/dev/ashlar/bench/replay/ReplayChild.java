package dev.ashlar.bench.replay;

import java.io.IOException;
import java.util.List;

import dev.ashlar.PoolExhaustedException;
import dev.ashlar.bench.replay.ReplayAllocator.HeapFigures;
import dev.ashlar.bench.replay.ResidentPass.Footprint;
import dev.ashlar.bench.replay.TimedPasses.Timing;

/**
 * The main class of a child JVM: does one {@link ReplayTask} with one allocator, and prints a {@link TaskResult} as JSON on the
 * standard output.
 */
final class ReplayChild {
    /** The task ended early, and the standard error says why in one line. (1 is the JVM's code for an exception.) */
    static final int EXIT_EXPLAINED = 3;

    private ReplayChild() {}

    /**
     * Runs the task.
     *
     * @param arguments of {@link ReplayTask#toArguments}
     * @throws IOException if the trace can't be read
     */
    public static void main(String[] arguments) throws IOException {
        ReplayTask task = ReplayTask.ofArguments(List.of(arguments));
        try {
            System.out.println(run(task).toJson());
        } catch (CheckFailedException e) {
            System.err.println(e.getMessage());
            System.exit(EXIT_EXPLAINED);
        } catch (PoolExhaustedException e) {
            System.err.println(task.kind().title() + ": " + e.getMessage() + "; --capacity gives the heap more");
            System.exit(EXIT_EXPLAINED);
        }
    }

    private static TaskResult run(ReplayTask task) throws IOException, CheckFailedException {
        FlatTrace trace = FlatTrace.read(task.trace());
        return switch (task.kind()) {
            case CHECK -> check(task, trace);
            case TIME -> time(task, trace);
            case RESIDENT -> resident(task, trace);
        };
    }

    private static TaskResult check(ReplayTask task, FlatTrace trace) throws CheckFailedException {
        try (ReplayAllocator allocator = task.allocator().open(task, trace.blockCount())) {
            new CheckedPass(trace, allocator, task.verify(), task.validateEvery()).run();
        }
        return TaskResult.NOTHING_MEASURED;
    }

    private static TaskResult time(ReplayTask task, FlatTrace trace) {
        try (ReplayAllocator allocator = task.allocator().open(task, trace.blockCount())) {
            Timing timing = new TimedPasses(trace, allocator).run(task.passes());
            return TaskResult.ofTiming(timing.median(), timing.best());
        }
    }

    private static TaskResult resident(ReplayTask task, FlatTrace trace) throws IOException {
        Footprint footprint = new ResidentPass(trace, blockCount -> task.allocator().open(task, blockCount)).run();
        HeapFigures atEnd = footprint.atEnd().orElse(null);
        return new TaskResult(
                null,
                null,
                footprint.peakCommittedBytes(),
                footprint.peakResidentBytes(),
                atEnd == null ? null : atEnd.largestFreeBytes(),
                atEnd == null ? null : atEnd.fragmentation());
    }
}
