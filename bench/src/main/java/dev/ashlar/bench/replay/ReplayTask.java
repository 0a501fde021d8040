package dev.ashlar.bench.replay;

import java.nio.file.Path;
import java.util.List;

import dev.ashlar.Coalescing;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;

/**
 * What one child JVM does. Travels as the child's arguments.
 *
 * @param kind of pass
 * @param trace file
 * @param allocator under replay
 * @param policy of an Ashlar pool or heap
 * @param favour of an adaptive policy
 * @param coalescing of an Ashlar pool or heap
 * @param capacityBytes of an Ashlar pool or heap
 * @param regionBytes of an Ashlar pool or heap, or {@link ReplayOptions#DEFAULT_REGION_BYTES}
 * @param passes timed passes
 * @param verify as in {@link CheckedPass}
 * @param validateEvery as in {@link CheckedPass}
 * @param parallel whether each recorded thread is replayed by a thread of its own
 */
record ReplayTask(
        Kind kind,
        Path trace,
        AllocatorKind allocator,
        FitPolicy policy,
        Favour favour,
        Coalescing coalescing,
        long capacityBytes,
        long regionBytes,
        int passes,
        boolean verify,
        long validateEvery,
        boolean parallel) {
    /** The passes of a run, in their order. */
    enum Kind {
        CHECK("checked pass"),
        TIME("timed passes"),
        RESIDENT("resident memory");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    List<String> toArguments() {
        return List.of(
                kind.name(),
                trace.toString(),
                allocator.name(),
                policy.name(),
                favour.name(),
                coalescing.name(),
                Long.toString(capacityBytes),
                Long.toString(regionBytes),
                Integer.toString(passes),
                Boolean.toString(verify),
                Long.toString(validateEvery),
                Boolean.toString(parallel));
    }

    static ReplayTask ofArguments(List<String> arguments) {
        return new ReplayTask(
                Kind.valueOf(arguments.get(0)),
                Path.of(arguments.get(1)),
                AllocatorKind.valueOf(arguments.get(2)),
                FitPolicy.valueOf(arguments.get(3)),
                Favour.valueOf(arguments.get(4)),
                Coalescing.valueOf(arguments.get(5)),
                Long.parseLong(arguments.get(6)),
                Long.parseLong(arguments.get(7)),
                Integer.parseInt(arguments.get(8)),
                Boolean.parseBoolean(arguments.get(9)),
                Long.parseLong(arguments.get(10)),
                Boolean.parseBoolean(arguments.get(11)));
    }
}
