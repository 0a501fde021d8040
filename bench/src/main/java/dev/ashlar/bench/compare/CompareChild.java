package dev.ashlar.bench.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import dev.ashlar.bench.peer.Peer;
import dev.ashlar.bench.peer.PeerKind;
import dev.ashlar.bench.process.ChildProcess;
import dev.ashlar.bench.replay.PeerReplay;
import dev.ashlar.bench.workload.TimedWorkload;

/**
 * The main class of a measuring JVM: opens one allocator, and for each line {@code CELL SECONDS} measures a slice and answers with a
 * line, the nanoseconds per operation. With {@code resident FILE} as arguments it measures that, prints bytes, and ends.
 */
final class CompareChild {
    private static final String RESIDENT = "resident";

    private CompareChild() {}

    /**
     * Serves until standard input ends.
     *
     * @param arguments the allocator, then the folder of flat traces; or {@code resident} and a flat trace behind it
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        PeerKind kind = PeerKind.valueOf(arguments[0]);
        try (Peer peer = kind.open()) {
            if (arguments[1].equals(RESIDENT)) {
                System.out.println(new PeerReplay(peer).peakResidentBytes(Path.of(arguments[2])));
                return;
            }
            PeerReplay replay = new PeerReplay(peer);
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                List<String> words = List.of(line.split(" ", -1));
                System.out.println(measure(
                        Cell.valueOf(words.get(0)), peer, replay, Double.parseDouble(words.get(1)),
                        Path.of(arguments[1])));
            }
        } catch (OutOfMemoryError e) {
            System.err.println(e);
            System.exit(ChildProcess.EXIT_EXPLAINED);
        }
    }

    static List<String> arguments(PeerKind kind, Path flatTraces) {
        return List.of(kind.name(), flatTraces.toString());
    }

    static List<String> residentArguments(PeerKind kind, Path flatTrace) {
        return List.of(kind.name(), RESIDENT, flatTrace.toString());
    }

    static String request(Cell cell, double seconds) {
        return cell.name() + " " + seconds;
    }

    static double measure(Cell cell, Peer peer, PeerReplay replay, double seconds, Path flatTraces)
            throws IOException, InterruptedException {
        SmallLoops loops = new SmallLoops(seconds);
        return switch (cell) {
            case PAIR_64 -> loops.pairNanos(peer, 64);
            case PAIR_4K -> loops.pairNanos(peer, 4096);
            case BATCH_64 -> loops.batchNanos(peer, 64);
            case SCOPE_64 -> loops.scopeNanos(peer);
            case SQLITE, ROCKSDB, CLICKHOUSE, PYTHON ->
                replay.nanosPerEvent(flatTraces.resolve(cell.displayName()), seconds);
            case LARSON -> TimedWorkload.larsonNanos(peer, Cell.THREADS, seconds);
            case ALLOC_TEST -> TimedWorkload.allocTestNanos(peer, Cell.THREADS, seconds);
        };
    }
}
