package dev.ashlar.bench.compare;

import java.nio.file.Path;
import java.util.List;

import dev.ashlar.bench.peer.PeerKind;

/**
 * What to compare.
 *
 * @param allocators in the order of the table
 * @param withC whether native allocators are called from C, too
 * @param secondsPerCell of each row and cell, in all its slices
 * @param compiler for the C program, such as {@code cc}
 * @param home of the project, where the traces are
 */
public record CompareOptions(
        List<PeerKind> allocators, boolean withC, double secondsPerCell, String compiler, Path home) {
    /** Copies the list. */
    public CompareOptions {
        allocators = List.copyOf(allocators);
    }
}
