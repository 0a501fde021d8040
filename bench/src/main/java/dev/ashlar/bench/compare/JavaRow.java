package dev.ashlar.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

import dev.ashlar.bench.peer.PeerKind;
import dev.ashlar.bench.process.ChildProcess;
import dev.ashlar.bench.process.Conversation;
import dev.ashlar.bench.process.JavaCommand;
import org.jspecify.annotations.Nullable;

/** A peer in a measuring JVM, which is kept from slice to slice. */
final class JavaRow implements Row {
    private static final long TIMED_HEAP_BYTES = 1L << 30;
    private static final long RESIDENT_HEAP_BYTES = 512L << 20;

    private final PeerKind kind;
    private final Path flatTraces;
    private @Nullable Conversation child;

    JavaRow(PeerKind kind, Path flatTraces) {
        this.kind = kind;
        this.flatTraces = flatTraces;
    }

    @Override
    public String name() {
        return kind.displayName();
    }

    @Override
    public Optional<String> reasonToSkip(Cell cell) {
        return cell.reasonToSkip(kind);
    }

    /** What the compiler needs to settle. */
    @Override
    public double warmUpSeconds() {
        return 0.2;
    }

    @Override
    public double nanos(Cell cell, double seconds) throws IOException, InterruptedException {
        if (child == null) {
            child = Conversation.open(
                    name(),
                    JavaCommand.of(
                            CompareChild.class,
                            TIMED_HEAP_BYTES,
                            false,
                            CompareChild.arguments(kind, flatTraces)));
        }
        return Double.parseDouble(child.ask(CompareChild.request(cell, seconds)));
    }

    @Override
    public @Nullable Long peakResidentBytes(Path flatTrace) throws IOException, InterruptedException {
        String out = ChildProcess.run(
                JavaCommand.of(
                        CompareChild.class,
                        RESIDENT_HEAP_BYTES,
                        true,
                        CompareChild.residentArguments(kind, flatTrace)),
                Map.of())
                .outOrFail(name() + ", resident memory on " + flatTrace.getFileName())
                .strip();
        return out.equals("null") ? null : Long.valueOf(out);
    }

    @Override
    public void close() {
        if (child != null) {
            child.close();
            child = null;
        }
    }
}
