package dev.ashlar.bench.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

import dev.ashlar.Coalescing;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.bench.replay.ReplayTask.Kind;
import dev.ashlar.trace.TraceReader;
import dev.ashlar.trace.TraceWriter;
import org.jspecify.annotations.Nullable;

/**
 * Replays one trace under one setting of Ashlar after another: how fast it is, and what it takes over time. Each trial runs in child JVMs of its own, as those of
 * {@link Replay} do, but without the checked pass: what is asked is how well, and not whether.
 *
 * <p>Of a trace that is longer than wanted the first events are replayed, from a temporary file.
 */
public final class SettingTrials implements AutoCloseable {
    private final Path trace;
    private final boolean isTemporary;
    private final TraceFigures figures;
    private final long eventsInFile;

    private SettingTrials(Path trace, boolean isTemporary, TraceFigures figures, long eventsInFile) {
        this.trace = trace;
        this.isTemporary = isTemporary;
        this.figures = figures;
        this.eventsInFile = eventsInFile;
    }

    /**
     * Reads a trace to its end, or to the last event that is to be replayed.
     *
     * @param source the trace
     * @param maxEvents to replay
     * @throws dev.ashlar.trace.TraceFormatException if the file is no well-formed trace, as far as it is read
     * @throws IOException if the file can't be read, or no temporary file be written
     */
    public static SettingTrials open(TraceSource source, long maxEvents) throws IOException {
        long events;
        try (TraceReader reader = TraceReader.open(source.file())) {
            events = reader.header().events();
        }
        if (events <= maxEvents) {
            return new SettingTrials(
                    source.file(), false, TraceFigures.of(FlatTrace.read(source.file())), events);
        }
        Path first = Files.createTempFile("ashlar-", ".atrace.gz");
        boolean isCopied = false;
        try {
            copyFirst(source.file(), first, maxEvents);
            SettingTrials trials = new SettingTrials(first, true, TraceFigures.of(FlatTrace.read(first)), events);
            isCopied = true;
            return trials;
        } finally {
            if (!isCopied) {
                Files.deleteIfExists(first);
            }
        }
    }

    private static void copyFirst(Path from, Path to, long events) throws IOException {
        try (TraceReader reader = TraceReader.open(from);
                TraceWriter writer = TraceWriter.create(to)) {
            while (reader.next() && reader.index() < events) {
                switch (reader.op()) {
                    case ALLOCATE -> writer.allocate(reader.thread(), reader.byteSize());
                    case ALLOCATE_ALIGNED ->
                        writer.allocateAligned(reader.thread(), reader.byteSize(), reader.alignment());
                    case RESIZE -> writer.resize(reader.thread(), reader.block(), reader.byteSize());
                    case FREE -> writer.free(reader.thread(), reader.block());
                }
            }
        }
    }

    /**
     * How many events are replayed.
     *
     * @return 0 or more
     */
    public long events() {
        return figures.events();
    }

    /**
     * How many events the trace has.
     *
     * @return {@link #events} or more
     */
    public long eventsInFile() {
        return eventsInFile;
    }

    /**
     * The most bytes requested and not yet freed, after any event that is replayed.
     *
     * @return 0 or more
     */
    public long peakRequestedBytes() {
        return figures.peakRequestedBytes();
    }

    /**
     * Replays the trace under one setting.
     *
     * @param allocator one of Ashlar's
     * @param policy of it
     * @param favour what an adaptive policy favours
     * @param coalescing of it
     * @param capacityBytes of it, or {@link ReplayOptions#CAPACITY_FROM_TRACE}
     * @param passes timed passes
     * @throws ReplayException if a child ends in any other way than it should, as when the capacity does not do
     * @throws IOException if a child can't be started
     * @throws InterruptedException if the thread is interrupted; no child is left
     */
    public Trial run(
            AllocatorKind allocator,
            FitPolicy policy,
            Favour favour,
            Coalescing coalescing,
            long capacityBytes,
            int passes)
            throws IOException, ReplayException, InterruptedException {
        ReplayOptions options = new ReplayOptions(
                List.of(allocator),
                policy,
                favour,
                coalescing,
                passes,
                false,
                0,
                capacityBytes,
                ReplayOptions.DEFAULT_REGION_BYTES,
                false);
        TaskResult timed = ChildJvm.run(task(Kind.TIME, allocator, options), figures);
        TaskResult taken = ChildJvm.run(task(Kind.RESIDENT, allocator, options), figures);
        return new Trial(
                known(timed.nanosPerEvent()),
                known(timed.nanosPerEventBest()),
                taken.peakCommittedBytes(),
                taken.peakResidentBytes(),
                taken.series());
    }

    private ReplayTask task(Kind kind, AllocatorKind allocator, ReplayOptions options) {
        return new ReplayTask(
                kind,
                trace,
                allocator,
                options.policy(),
                options.favour(),
                options.coalescingOf(allocator),
                options.capacityFor(figures.floorBytes()),
                options.regionBytes(),
                options.passes(),
                false,
                0,
                false);
    }

    private static double known(@Nullable Double nanos) {
        return Objects.requireNonNull(nanos, "nanosPerEvent");
    }

    /** Deletes the temporary file, if there is one. */
    @Override
    public void close() throws IOException {
        if (isTemporary) {
            Files.deleteIfExists(trace);
        }
    }

    /**
     * How one setting did.
     *
     * @param nanosPerEvent median of the timed passes
     * @param nanosPerEventBest best of the timed passes
     * @param peakCommittedBytes the most it had asked from the operating system
     * @param peakResidentBytes the most that resident memory grew, or null where that can't be read
     * @param series how it went, in a few hundred samples
     */
    public record Trial(
            double nanosPerEvent,
            double nanosPerEventBest,
            @Nullable Long peakCommittedBytes,
            @Nullable Long peakResidentBytes,
            List<Sample> series) {}
}
