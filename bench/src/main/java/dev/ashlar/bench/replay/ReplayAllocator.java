package dev.ashlar.bench.replay;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

import dev.ashlar.Adaptation;
import dev.ashlar.HeapStatistics;
import dev.ashlar.PolicySwitch;

/**
 * An allocator under replay. Blocks go by their id in the trace and by their address; contents are the caller's.
 *
 * <p>Owned by one thread, unless {@link AllocatorKind#isForManyThreads}: then each thread calls its own {@link #openView}, and calls about
 * one block are ordered by the caller. Ids are from 0 to the number of blocks given at creation.
 */
interface ReplayAllocator extends AutoCloseable {
    /** The alignment of each block that asks for none, and of each resized block. */
    long DEFAULT_ALIGNMENT = 16;

    /** A new block at a multiple of {@link #DEFAULT_ALIGNMENT}. */
    long allocate(int block, long byteSize);

    /** A new block at a multiple of {@code alignment}, a power of two that is at least {@link #DEFAULT_ALIGNMENT}. */
    long allocateAligned(int block, long byteSize, long alignment);

    /** Gives a block another size and perhaps another address; keeps its contents up to the smaller of the two sizes. */
    long resize(int block, long address, long byteSize);

    void free(int block, long address);

    /** What the calling thread is to use in a parallel replay, until the same thread calls {@link #closeView} on it. */
    default ReplayAllocator openView() {
        return this;
    }

    /** Ends a view. All blocks stay as they are. */
    default void closeView() {}

    /** What the allocator knows of itself; empty if it does not tell. Changes nothing. */
    default Optional<HeapFigures> figures() {
        return Optional.empty();
    }

    /** How its fit policy was switched by evidence, in words, oldest first; the last ones, if there were many. Empty if it was not. */
    default List<String> policySwitches() {
        return List.of();
    }

    /** Checks the allocator's own state while no thread calls it, and throws what it finds. Does nothing if there is no such check. */
    default void validate() {}

    /** The same while other threads allocate and free, as far as that can be checked. */
    default void validateBusy() {}

    /**
     * Compares the allocator's blocks with those that should be live. Does nothing if it does not show its blocks.
     *
     * @throws IllegalStateException if they differ
     */
    default void audit(LiveBlockModel expected) {}

    /** Gives everything back, as far as the allocator can. */
    @Override
    void close();

    /** In words. */
    static List<String> inWords(Adaptation adaptation) {
        return adaptation.recent().stream().map(ReplayAllocator::inWords).toList();
    }

    private static String inWords(PolicySwitch change) {
        return String.format(
                Locale.ROOT,
                "arena %d, window %d: %s to %s, as %s (%.1f%% scattered over %d regions, %.1f steps a search)",
                change.arena(),
                change.window(),
                change.from(),
                change.to(),
                change.reason(),
                change.evidence().scattered() * 100,
                change.evidence().regions(),
                change.evidence().searchLength());
    }

    /**
     * What a heap knows of itself.
     *
     * @param committedBytes asked from the operating system
     * @param largestFreeBytes usable bytes of the largest free block
     * @param fragmentation as {@link dev.ashlar.HeapStatistics#fragmentation()} defines it
     */
    record HeapFigures(long committedBytes, long largestFreeBytes, double fragmentation) {
        static HeapFigures of(HeapStatistics statistics) {
            return new HeapFigures(
                    statistics.committedBytes(), statistics.largestFreeBytes(), statistics.fragmentation());
        }
    }
}
