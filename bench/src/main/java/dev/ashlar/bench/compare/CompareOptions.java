package dev.ashlar.bench.compare;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import dev.ashlar.bench.peer.PeerKind;

/**
 * What to compare.
 *
 * @param allocators in the order of the table
 * @param withC whether native allocators are called from C, too
 * @param cells in their order
 * @param repetitions slices of each cell, at least 1
 * @param secondsPerCell of each row and cell, in all its slices
 * @param compiler for the C program, such as {@code cc}
 * @param home of the project, where the traces are
 */
public record CompareOptions(
        List<PeerKind> allocators,
        boolean withC,
        List<Cell> cells,
        int repetitions,
        double secondsPerCell,
        String compiler,
        Path home) {
    /** So many slices show the middle and an idea of the spread, in a few minutes. */
    public static final int DEFAULT_REPETITIONS = 3;

    /** All but a hardened pool and a shared arena for each block, which take longer than all others together. */
    public static final List<PeerKind> DEFAULT_ALLOCATORS = Stream.of(PeerKind.values())
            .filter(kind -> kind != PeerKind.ASHLAR_HARDENED && kind != PeerKind.ARENA_SHARED)
            .toList();

    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if there is no cell, or no repetition
     */
    public CompareOptions {
        allocators = List.copyOf(allocators);
        cells = List.copyOf(cells);
        if (cells.isEmpty() || repetitions < 1) {
            throw new IllegalArgumentException("cells: " + cells + ", repetitions: " + repetitions
                    + " (expected: at least one of both)");
        }
    }
}
