package dev.ashlar.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.ashlar.bench.process.ChildProcess;

/** A native allocator called from C: a process for each slice. */
final class CRow implements Row {
    private final NativePeer peer;
    private final Yardstick yardstick;
    private final Path flatTraces;

    CRow(NativePeer peer, Yardstick yardstick, Path flatTraces) {
        this.peer = peer;
        this.yardstick = yardstick;
        this.flatTraces = flatTraces;
    }

    @Override
    public String name() {
        return peer.displayName();
    }

    @Override
    public Optional<String> reasonToSkip(Cell cell) {
        return cell == Cell.SCOPE_64 ? Optional.of("has no scopes") : Optional.empty();
    }

    /** Compiled code is warm; each process has its own warm-up where its work needs one. */
    @Override
    public double warmUpSeconds() {
        return 0;
    }

    @Override
    public double nanos(Cell cell, double seconds) throws IOException, InterruptedException {
        return Double.parseDouble(run("nanosPerOperation", arguments(cell, Double.toString(seconds))));
    }

    @Override
    public Long peakResidentBytes(Path flatTrace) throws IOException, InterruptedException {
        return Long.valueOf(run("peakResidentBytes", List.of("resident", flatTrace.toString())));
    }

    private String run(String key, List<String> arguments) throws IOException, InterruptedException {
        String subject = name() + ", " + String.join(" ", arguments);
        ChildProcess.Output output = yardstick.run(arguments, peer.environment());
        return Yardstick.value(key, output.outOrFail(subject), subject);
    }

    private List<String> arguments(Cell cell, String seconds) {
        String threads = Integer.toString(Cell.THREADS);
        return switch (cell) {
            case PAIR_64 -> List.of("pair", "64", seconds);
            case PAIR_4K -> List.of("pair", "4096", seconds);
            case BATCH_64 -> List.of("batch", "64", seconds);
            case SQLITE, ROCKSDB, CLICKHOUSE, PYTHON -> List.of(
                    "trace", flatTraces.resolve(cell.displayName()).toString(), seconds);
            case LARSON -> List.of("larson", threads, seconds);
            case ALLOC_TEST -> List.of("alloc-test", threads, seconds);
            case SCOPE_64 -> throw new IllegalArgumentException("cell: " + cell + " (expected: one that C has)");
        };
    }

    @Override
    public void close() {}

    /** The native allocators, and what puts each in the place of the C library's. */
    enum NativePeer {
        GLIBC("glibc (C)", "", ""),
        MIMALLOC("mimalloc (C)", "libmimalloc.so.2", "Debian package libmimalloc2.0"),
        JEMALLOC("jemalloc (C)", "libjemalloc.so.2", "Debian package libjemalloc2"),
        TCMALLOC("tcmalloc (C)", "libtcmalloc_minimal.so.4", "Debian package libtcmalloc-minimal4");

        private final String displayName;
        private final String library;
        private final String source;

        NativePeer(String displayName, String library, String source) {
            this.displayName = displayName;
            this.library = library;
            this.source = source;
        }

        String displayName() {
            return displayName;
        }

        Map<String, String> environment() {
            return library.isEmpty() ? Map.of() : Map.of("LD_PRELOAD", library);
        }

        /** What to install if the allocator is not there: then the loader complains, and runs the program without it. */
        Optional<String> missing(Yardstick yardstick) throws IOException, InterruptedException {
            ChildProcess.Output output = yardstick.run(List.of("pair", "16", "0"), environment());
            return output.err().contains(library) && !library.isEmpty() ? Optional.of(source) : Optional.empty();
        }
    }
}
