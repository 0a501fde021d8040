package dev.ashlar.spill;

import java.lang.foreign.MemorySegment;
import java.util.Collection;

/**
 * Where contents lie: one file, or several. Thread-safe; whoever reads a site sees to it that nobody frees it meanwhile.
 *
 * @param <S> a place with contents, and their checksum
 */
interface Ground<S> {
    /**
     * Takes room, and writes there.
     *
     * @throws SpillException if there is none, or it could not be written; what was taken is free again, as after any other exception
     */
    S write(MemorySegment contents) throws SpillException;

    /**
     * Fills a segment with a site's contents.
     *
     * @param target as long as the contents
     * @param label of the token, for messages
     * @throws SpillException if it can't be read, or is not what was written
     */
    void read(S site, MemorySegment target, String label) throws SpillException;

    /** Gives a site's room back. */
    void free(S site);

    /** Figures of the room. */
    Room room();

    /** As {@link SpillStatistics} has them. */
    record Room(
            long usedBytes, long freeBytes, long largestFreeBytes, double fragmentation, long fileBytes,
            long limitBytes) {}

    /** Brings what was written to the devices. */
    void force() throws SpillException;

    /**
     * Compares what is taken with these sites, all of them, while nobody else is at work.
     *
     * @throws IllegalStateException if they are not the same
     */
    void validate(Collection<S> sites);

    /** Closes and deletes the files, all of them if one fails. */
    void close() throws SpillException;
}
