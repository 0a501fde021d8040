package dev.ashlar.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/** An allocator of the comparison, and how it is measured. */
interface Row extends AutoCloseable {
    /** The name in tables and in JSON, such as {@code mimalloc} or {@code mimalloc (C)}. */
    String name();

    /** Why there is no figure for a cell; empty if there is one. */
    Optional<String> reasonToSkip(Cell cell);

    /** How long to run before figures count. */
    double warmUpSeconds();

    /** Measures a cell for a while: nanoseconds per operation. */
    double nanos(Cell cell, double seconds) throws IOException, InterruptedException;

    /** Measures how much resident memory a flat trace takes, in a fresh process; null where the operating system does not tell. */
    @Nullable
    Long peakResidentBytes(Path flatTrace) throws IOException, InterruptedException;

    /** Ends the row's process, if it has one. */
    @Override
    void close();
}
