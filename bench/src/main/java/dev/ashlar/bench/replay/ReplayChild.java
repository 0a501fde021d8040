package dev.ashlar.bench.replay;

import java.io.IOException;
import java.util.List;

import dev.ashlar.PoolExhaustedException;

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
        } catch (ReplayException e) {
            System.err.println(e.getMessage());
            System.exit(EXIT_EXPLAINED);
        } catch (PoolExhaustedException e) {
            System.err.println(task.kind().title() + ": " + e.getMessage() + "; --capacity gives it more");
            System.exit(EXIT_EXPLAINED);
        }
    }

    private static TaskResult run(ReplayTask task) throws IOException, ReplayException {
        if (task.parallel()) {
            return runParallel(task, ParallelTrace.read(task.trace()));
        }
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
            return TaskResult.ofTiming(new TimedPasses(trace, allocator).run(task.passes()));
        }
    }

    private static TaskResult resident(ReplayTask task, FlatTrace trace) throws IOException {
        return TaskResult.ofFootprint(
                new ResidentPass(trace, blockCount -> task.allocator().open(task, blockCount)).run());
    }

    private static TaskResult runParallel(ReplayTask task, ParallelTrace trace) throws IOException, ReplayException {
        if (task.kind() == ReplayTask.Kind.RESIDENT) {
            return TaskResult.ofFootprint(new ParallelResidentPass(
                    trace, (blockCount, handedOver) -> task.allocator().open(task, blockCount, handedOver))
                    .run());
        }
        try (ReplayAllocator allocator = task.allocator().open(task, trace.blockCount(), trace.handedOver())) {
            if (task.kind() == ReplayTask.Kind.TIME) {
                return TaskResult.ofTiming(new ParallelTimedPasses(trace, allocator).run(task.passes()));
            }
            new ParallelCheckedPass(trace, allocator, task.verify(), task.validateEvery()).run();
            return TaskResult.NOTHING_MEASURED;
        }
    }
}
