package dev.ashlar.management;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import javax.management.openmbean.SimpleType;

import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.ReclaimKind;
import dev.ashlar.RecordingEnd;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.Recording;
import dev.ashlar.management.BeanOperation.Parameter;
import org.jspecify.annotations.Nullable;

/** What can be done to a pool. Keeps the recording that it began. Thread-safe. */
final class PoolOperations {
    private static final Parameter ARENA =
            new Parameter("arena", "An arena's number, or -1 for all", SimpleType.INTEGER);
    private static final Parameter TIME_LIMIT =
            new Parameter("timeLimitMillis", "When to stop, in milliseconds; 0: when all is done", SimpleType.LONG);
    private static final Parameter BYTE_LIMIT =
            new Parameter("byteLimit", "How many reclaimed bytes are enough; 0: all", SimpleType.LONG);
    private static final Parameter CACHE_BYTES =
            new Parameter("cacheBytes", "The most that one thread's cache may hold", SimpleType.LONG);
    private static final Parameter ALL_CACHES_BYTES =
            new Parameter("allCachesBytes", "The most that all caches may hold", SimpleType.LONG);
    private static final Parameter PATH =
            new Parameter("path", "The trace's file, on the machine of the pool", SimpleType.STRING);
    private static final Parameter MAX_BYTES =
            new Parameter("maxBytes", "The most bytes that the file may have, 4096 or more", SimpleType.LONG);

    // Guarded by this object's monitor.
    private @Nullable Recording recording;

    /**
     * A recording.
     *
     * @param path of its file
     * @param running whether it goes on
     * @param end why it has ended, or null
     * @param events in it
     * @param bytes that these take before compression
     * @param droppedEvents that came after its end
     * @param liveBytesAtStart that it knows nothing of
     */
    record RecordingState(
            String path,
            boolean running,
            @Nullable RecordingEnd end,
            long events,
            long bytes,
            long droppedEvents,
            long liveBytesAtStart) {
        static RecordingState of(Recording recording) {
            return new RecordingState(
                    recording.path().toString(),
                    recording.isRunning(),
                    recording.stoppedBecause(),
                    recording.events(),
                    recording.bytes(),
                    recording.droppedEvents(),
                    recording.liveBytesAtStart());
        }
    }

    List<BeanOperation> all() {
        return List.of(
                new BeanOperation("defragment", "Puts together and gives back what is free, and waits for that",
                        List.of(),
                        DefragReport.class, (pool, none) -> await(pool.defragment())),
                new BeanOperation("defragment", "The same for one arena, or within limits",
                        List.of(ARENA, TIME_LIMIT, BYTE_LIMIT),
                        DefragReport.class,
                        (pool, given) -> await(
                                pool.defragment(options((Integer) given[0], (Long) given[1], (Long) given[2])))),
                new BeanOperation("purge",
                        "Gives all pages of free memory back, after a defragmentation; returns how many bytes",
                        List.of(),
                        long.class, (pool, none) -> purge(pool)),
                new BeanOperation("trim",
                        "Takes back what is pending, and gives wholly free regions back; returns how many bytes",
                        List.of(),
                        long.class, (pool, none) -> pool.trim()),
                new BeanOperation("reclaim", "Takes back what is in ended threads' caches and in queues", List.of(),
                        void.class, (pool, none) -> {
                            pool.reclaim();
                            return null;
                        }),
                new BeanOperation("cacheLimits", "Changes what caches may hold", List.of(CACHE_BYTES, ALL_CACHES_BYTES),
                        void.class,
                        (pool, given) -> {
                            pool.cacheLimits((Long) given[0], (Long) given[1]);
                            return null;
                        }),
                new BeanOperation("validate",
                        "Recomputes every arena from a walk under its lock; fails with the first thing that is wrong",
                        List.of(), void.class, (pool, none) -> {
                            pool.validate();
                            return null;
                        }),
                new BeanOperation("recover", "Lifts the fence of arenas that validate again", List.of(), void.class,
                        (pool, none) -> {
                            pool.recover();
                            return null;
                        }),
                new BeanOperation("startRecording", "Begins to record what the pool does, as a trace",
                        List.of(PATH, MAX_BYTES),
                        RecordingState.class, (pool, given) -> start(pool, (String) given[0], (Long) given[1])),
                new BeanOperation("stopRecording",
                        "Ends the recording that was begun here, and waits until it is written", List.of(),
                        RecordingState.class, (pool, none) -> stop()));
    }

    List<BeanAttribute> attributes() {
        return List.of(BeanAttribute.readOnly("Recording", "The last recording that was begun here, or null",
                RecordingState.class,
                pool -> state()));
    }

    private static DefragOptions options(int arena, long millis, long bytes) {
        DefragOptions options = DefragOptions.all().ofArena(arena);
        options = millis == 0 ? options : options.within(Duration.ofMillis(millis));
        return bytes == 0 ? options : options.upTo(bytes);
    }

    private static long purge(MemoryPool pool) throws Exception {
        DefragReport report = await(pool.defragment());
        return report.bytes(ReclaimKind.PURGED) + report.bytes(ReclaimKind.RELEASED);
    }

    private static DefragReport await(CompletableFuture<DefragReport> report) throws Exception {
        try {
            return report.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new IllegalStateException(cause == null ? e.getMessage() : cause.getMessage(), e);
        } catch (InterruptedException e) {
            report.cancel(false);
            throw e;
        }
    }

    private synchronized RecordingState start(MemoryPool pool, String path, long maxBytes) throws IOException {
        Recording started = pool.startRecording(path(path), maxBytes);
        recording = started;
        return RecordingState.of(started);
    }

    private static Path path(String path) {
        try {
            return Path.of(path);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("path: " + path + " (expected: a file's path)", e);
        }
    }

    private RecordingState stop() throws IOException {
        Recording running = current();
        if (running == null) {
            throw new IllegalStateException("recording: none (expected: one that was begun here)");
        }
        running.close();
        return RecordingState.of(running);
    }

    private @Nullable RecordingState state() {
        Recording last = current();
        return last == null ? null : RecordingState.of(last);
    }

    private synchronized @Nullable Recording current() {
        return recording;
    }
}
