package dev.ashlar.bench.replay;

import java.io.IOException;
import java.nio.file.Path;

import dev.ashlar.bench.peer.Peer;
import org.jspecify.annotations.Nullable;

/**
 * A trace through any {@link Peer}, in this JVM: timed, or for its resident memory. The loops are those of the replay.
 *
 * <p>Keeps the trace that it read last: slices of one trace follow each other. One thread.
 */
public final class PeerReplay {
    private static final double NANOS_PER_SECOND = 1e9;

    private final Peer peer;
    private @Nullable Path lastFile;
    private @Nullable FlatTrace lastTrace;

    /**
     * Replays through a peer.
     *
     * @param peer that is warm after the first replay
     */
    public PeerReplay(Peer peer) {
        this.peer = peer;
    }

    /**
     * Replays a whole trace again and again until the time is up.
     *
     * @param flatTrace a file that {@link FlatTraceFile} wrote
     * @param seconds after which no other pass begins
     * @return nanoseconds per event, mean of the passes
     * @throws IOException if the file can't be read
     */
    public double nanosPerEvent(Path flatTrace, double seconds) throws IOException {
        FlatTrace trace = trace(flatTrace);
        long[] addresses = new long[trace.blockCount()];
        try (PeerAllocator allocator = new PeerAllocator(peer, trace.blockCount())) {
            long nanos = 0;
            int passes = 0;
            while (passes == 0 || nanos < seconds * NANOS_PER_SECOND) {
                long start = System.nanoTime();
                ReplayLoop.run(trace, allocator, addresses);
                nanos += System.nanoTime() - start;
                passes++;
                ReplayLoop.freeLeft(allocator, addresses);
            }
            return (double) nanos / passes / Math.max(trace.eventCount(), 1);
        }
    }

    /**
     * Replays a trace once, writing to every page.
     *
     * @param flatTrace a file that {@link FlatTraceFile} wrote
     * @return the most bytes that resident memory grew, or null where the operating system does not tell
     * @throws IOException if the file can't be read
     */
    public @Nullable Long peakResidentBytes(Path flatTrace) throws IOException {
        return new ResidentPass(trace(flatTrace), blockCount -> new PeerAllocator(peer, blockCount))
                .run()
                .peakResidentBytes();
    }

    private FlatTrace trace(Path flatTrace) throws IOException {
        FlatTrace trace = lastTrace;
        if (trace == null || !flatTrace.equals(lastFile)) {
            trace = FlatTraceFile.read(flatTrace);
            lastTrace = trace;
            lastFile = flatTrace;
        }
        return trace;
    }
}
