package dev.ashlar.bench.jmh;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.bench.replay.PolicyTurns;
import dev.ashlar.bench.replay.TraceSource;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The carried traces through a heap of each fit policy, in turns in one process: the counter of each policy is its nanoseconds per event, {@code adaptive} is to be compared with the
 * least of the others.
 *
 * <p>About 10 minutes: {@code ./ashlar jmh AdaptiveBenchmark}.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4)
@Measurement(iterations = 12)
@Fork(value = 2, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"})
public class AdaptiveBenchmark {
    /** A trace, and the heaps. */
    @State(Scope.Benchmark)
    public static class Heaps {
        /** One that the project carries. */
        @Param({"sqlite", "rocksdb", "clickhouse", "python"})
        public String trace;

        private PolicyTurns turns;

        /** Reads the trace. */
        @Setup(Level.Trial)
        public void open() throws IOException {
            TraceSource source = TraceSource.find(trace, Path.of(System.getProperty("ashlar.home", "")));
            turns = new PolicyTurns(source, List.of(FitPolicy.values()), Favour.SPEED);
        }

        /** Closes the heaps. */
        @TearDown(Level.Trial)
        public void close() {
            turns.close();
        }
    }

    /** Nanoseconds per event. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Nanos {
        /** First fit. */
        public double first;

        /** Next fit. */
        public double next;

        /** Best fit. */
        public double best;

        /** Worst fit. */
        public double worst;

        /** Segregated fit. */
        public double segregated;

        /** The adaptive policy, favouring speed. */
        public double adaptive;
    }

    /** Each policy once. */
    @Benchmark
    public void round(Heaps heaps, Nanos nanos) {
        double[] each = heaps.turns.round();
        for (int i = 0; i < each.length; i++) {
            switch (heaps.turns.policies().get(i)) {
                case FIRST_FIT -> nanos.first = each[i];
                case NEXT_FIT -> nanos.next = each[i];
                case BEST_FIT -> nanos.best = each[i];
                case WORST_FIT -> nanos.worst = each[i];
                case SEGREGATED_FIT -> nanos.segregated = each[i];
                case ADAPTIVE -> nanos.adaptive = each[i];
            }
        }
    }
}
