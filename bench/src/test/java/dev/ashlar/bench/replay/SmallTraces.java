package dev.ashlar.bench.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.ashlar.trace.TraceWriter;

/** Traces that tests make for themselves. */
final class SmallTraces {
    private SmallTraces() {}

    /** A mixture of all operations, with some empty blocks, some large ones, and some that live to the end; by three threads. */
    static Path writeRandom(Path file, int events, long seed) throws IOException {
        return writeRandom(file, events, 3, seed);
    }

    /** The same by any number of threads. Who does an event has nothing to do with who did the last one of its block. */
    static Path writeRandom(Path file, int events, int threads, long seed) throws IOException {
        Random random = new Random(seed);
        List<Long> live = new ArrayList<>();
        try (TraceWriter writer = TraceWriter.create(file)) {
            for (int event = 0; event < events; event++) {
                int dice = random.nextInt(100);
                int thread = random.nextInt(threads);
                if (dice < 40 || live.isEmpty()) {
                    live.add(writer.allocate(thread, randomSize(random)));
                } else if (dice < 50) {
                    live.add(writer.allocateAligned(thread, randomSize(random), 1L << random.nextInt(14)));
                } else if (dice < 65) {
                    writer.resize(thread, live.get(random.nextInt(live.size())), randomSize(random));
                } else {
                    writer.free(thread, live.remove(random.nextInt(live.size())));
                }
            }
        }
        return file;
    }

    /** The flat form of what {@link #writeRandom} writes. */
    static FlatTrace random(Path directory, int events, long seed) throws IOException {
        return FlatTrace.read(writeRandom(directory.resolve("random-" + seed + ".atrace.gz"), events, seed));
    }

    /** The parallel form of what {@link #writeRandom} writes. */
    static ParallelTrace randomParallel(Path directory, int events, int threads, long seed)
            throws IOException, ReplayException {
        return ParallelTrace.read(
                writeRandom(directory.resolve("parallel-" + seed + ".atrace.gz"), events, threads, seed));
    }

    private static int randomSize(Random random) {
        return switch (random.nextInt(20)) {
            case 0 -> 0;
            case 1 -> random.nextInt(200_000);
            default -> random.nextInt(600);
        };
    }
}
