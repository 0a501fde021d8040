package dev.ashlar.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import dev.ashlar.bench.compare.CRow.NativePeer;
import dev.ashlar.bench.peer.Peer;
import dev.ashlar.bench.peer.PeerKind;
import dev.ashlar.bench.process.ChildProcess;
import dev.ashlar.bench.replay.FlatTraceFile;
import dev.ashlar.bench.replay.PeerReplay;
import dev.ashlar.trace.TraceWriter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Each cell of the comparison for a moment, in Java and in C. */
class CompareCellsTest {
    private static final long KEPT_BYTES = 3L << 20;

    @TempDir
    Path folder;

    static Stream<Arguments> cells() {
        List<Arguments> all = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            // LARSON and ALLOC_TEST are workloads, which have tests of their own, and take as many blocks as they take.
            for (PeerKind peer : List.of(PeerKind.NULL, PeerKind.HEAP, PeerKind.ARENA, PeerKind.NETTY_POOLED)) {
                if (cell != Cell.LARSON && cell != Cell.ALLOC_TEST && cell.reasonToSkip(peer).isEmpty()) {
                    all.add(Arguments.of(cell, peer));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("cells")
    void measure_eachCell_takesTime(Cell cell, PeerKind kind) throws IOException, InterruptedException {
        writeTraces();
        try (Peer peer = kind.open()) {
            assertTrue(CompareChild.measure(cell, peer, new PeerReplay(peer), 0, folder) > 0);
        }
    }

    @Test
    void c_eachCell_answersWithItsFigure() throws IOException, InterruptedException {
        Yardstick yardstick = compiled();
        writeTraces();
        for (NativePeer peer : NativePeer.values()) {
            if (peer.missing(yardstick).isPresent()) {
                continue;
            }
            try (CRow row = new CRow(peer, yardstick, folder)) {
                for (Cell cell : Cell.values()) {
                    if (row.reasonToSkip(cell).isEmpty()) {
                        assertTrue(row.nanos(cell, 0.001) > 0, row.name() + " " + cell);
                    }
                }
                long peak = row.peakResidentBytes(folder.resolve("sqlite"));
                assertTrue(peak >= KEPT_BYTES && peak < 8 * KEPT_BYTES, row.name() + ": " + peak);
            }
        }
    }

    @Test
    void c_libraryThatIsNotThere_isToldByTheLoader() throws IOException, InterruptedException {
        Yardstick yardstick = compiled();

        ChildProcess.Output output =
                yardstick.run(List.of("pair", "16", "0"), Map.of("LD_PRELOAD", "libnowhere.so.9"));

        assertTrue(output.err().contains("libnowhere.so.9"), output.err());
        assertTrue(NativePeer.GLIBC.missing(yardstick).isEmpty());
    }

    @Test
    void c_wrongUsage_failsWithWhatItExpected() throws IOException, InterruptedException {
        Yardstick yardstick = compiled();

        IOException e = assertThrows(
                IOException.class, () -> yardstick.run(List.of("dance", "1"), Map.of()).outOrFail("dance"));

        assertTrue(e.toString().contains("(expected: pair, batch"), e.toString());
    }

    @Test
    void compiler_thatIsNotThere_isNull() throws IOException, InterruptedException {
        @Nullable
        Yardstick yardstick = Yardstick.compileOrNull("no-such-compiler", folder);

        assertNull(yardstick);
    }

    @Test
    void value_keyThatIsMissing_isRefused() throws IOException {
        assertEquals("1.5", Yardstick.value("b", "a=2\nb=1.5\n", "x"));
        IOException e = assertThrows(IOException.class, () -> Yardstick.value("c", "a=2\n", "x"));
        assertEquals("x: \"a=2\" (expected: c=...)", e.getMessage());
    }

    private Yardstick compiled() throws IOException, InterruptedException {
        Yardstick yardstick = Yardstick.compileOrNull("cc", folder);
        Assumptions.assumeTrue(yardstick != null, Yardstick.COMPILER);
        return Objects.requireNonNull(yardstick);
    }

    private void writeTraces() throws IOException {
        Path trace = folder.resolve("small.atrace.gz");
        try (TraceWriter writer = TraceWriter.create(trace)) {
            long kept = writer.allocate(0, KEPT_BYTES);
            for (int i = 1; i < 500; i++) {
                long block = writer.allocate(0, i);
                long aligned = writer.allocateAligned(0, i, 64);
                writer.resize(0, block, 2L * i);
                writer.free(0, aligned);
                writer.free(0, block);
            }
            writer.resize(0, kept, KEPT_BYTES + 1);
        }
        for (Cell cell : Cell.TRACES) {
            assertEquals(1 + 499 * 5 + 1, FlatTraceFile.write(trace, folder.resolve(cell.displayName())));
        }
    }
}
