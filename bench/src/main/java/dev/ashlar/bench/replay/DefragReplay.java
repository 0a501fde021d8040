package dev.ashlar.bench.replay;

import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

import dev.ashlar.DefragReport;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.bench.memory.MappedMemory;
import org.jspecify.annotations.Nullable;

/**
 * Replays a trace through a pool, writing to every page of each block, and defragments the pool at each quarter of the events, and when all that is left is freed: what is to be had
 * then, and what stays with the process.
 */
public final class DefragReplay {
    private static final int QUARTERS = 4;

    /** Tables of a 64th of the regions lie behind them. */
    private static final int TABLES_SHARE = 64;

    private final TraceSource source;
    private final ReplayOptions options;
    private final Consumer<DefragMoment> listener;

    /**
     * A replay of one trace.
     *
     * @param source of the trace
     * @param options of which policy, coalescing, capacity and region size count
     * @param listener told each defragmentation
     */
    public DefragReplay(TraceSource source, ReplayOptions options, Consumer<DefragMoment> listener) {
        this.source = source;
        this.options = options;
        this.listener = listener;
    }

    /**
     * Replays it, once.
     *
     * @throws IOException if the trace can't be read or is damaged
     * @throws ReplayException if a defragmentation failed
     * @throws InterruptedException if the thread is interrupted while it waits for a report
     */
    public void run() throws IOException, ReplayException, InterruptedException {
        FlatTrace trace = FlatTrace.read(source.file());
        long capacity = options.capacityFor(TraceFigures.of(trace).floorBytes());
        ReplayTask task = new ReplayTask(
                ReplayTask.Kind.RESIDENT,
                source.file(),
                AllocatorKind.ASHLAR,
                options.policy(),
                options.favour(),
                options.coalescingOf(AllocatorKind.ASHLAR),
                capacity,
                options.regionBytes(),
                1,
                false,
                0,
                false);
        long[] addresses = new long[trace.blockCount()];
        try (AshlarAllocator allocator = new AshlarAllocator(task)) {
            MemoryPool pool = allocator.pool();
            long base = base(pool);
            long regionBytes = Math.ceilDiv(capacity, pool.regionSize()) * pool.regionSize();
            long end = base + regionBytes + regionBytes / TABLES_SHARE;
            int from = 0;
            for (int quarter = 1; quarter <= QUARTERS; quarter++) {
                int to = (int) ((long) trace.eventCount() * quarter / QUARTERS);
                ReplayLoop.runSliceTouchingPages(trace, allocator, addresses, from, to);
                defragment(pool, base, end, "%d %%".formatted(100 * quarter / QUARTERS), to);
                from = to;
            }
            ReplayLoop.freeLeft(allocator, addresses);
            defragment(pool, base, end, "all freed", trace.eventCount());
        }
    }

    /** Where the reservation begins: a new pool takes its lowest region into use first. */
    private static long base(MemoryPool pool) {
        long first = pool.allocateAddress(pool.regionSize() / 2);
        pool.freeAddress(first);
        return first & -pool.regionSize();
    }

    private void defragment(MemoryPool pool, long base, long end, String when, int events)
            throws IOException, ReplayException, InterruptedException {
        Long before = resident(base, end);
        DefragReport report;
        try {
            report = pool.defragment().get();
        } catch (ExecutionException e) {
            throw new ReplayException(source.name() + ": defragmentation failed: " + e.getCause());
        }
        listener.accept(new DefragMoment(
                source.name(),
                when,
                events,
                pool.statistics().memory().liveBytes(),
                before,
                resident(base, end),
                report));
    }

    private static @Nullable Long resident(long base, long end) throws IOException {
        OptionalLong bytes = MappedMemory.residentBytes(base, end);
        return bytes.isPresent() ? bytes.getAsLong() : null;
    }
}
