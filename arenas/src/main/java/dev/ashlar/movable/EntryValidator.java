package dev.ashlar.movable;

import java.util.BitSet;

import dev.ashlar.HeapCorruptionException;

/** Recomputes what a {@link HandleTable} counts, from its entries. Called under its monitor. */
final class EntryValidator {
    private EntryValidator() {}

    /**
     * Walks all entries. O(entries).
     *
     * @param chunks of entries
     * @param used entries of each chunk, as counted
     * @param firstFree entry of each chunk, plus 1
     * @param withRoom chunks that have a free entry
     * @param live handles as counted, those in transit among them
     * @param liveBytes that were asked for by those
     * @return entries that are live, and not in transit
     * @throws HeapCorruptionException if a count or a list of free entries is not as it must be
     */
    static long validate(
            long[][] chunks, int[] used, long[] firstFree, BitSet withRoom, long live, long liveBytes) {
        long inUse = 0;
        long inTransit = 0;
        long bytes = 0;
        for (int chunk = 0; chunk < chunks.length; chunk++) {
            long[] entries = chunks[chunk];
            long before = inUse;
            for (int at = 0; at < entries.length; at += 2) {
                if (!Entry.isFree(entries[at])) {
                    inUse++;
                    inTransit += Entry.isLive(entries[at]) ? 0 : 1;
                    bytes += Entry.bytesOf(entries[at + 1]);
                }
            }
            equal("entries in use in chunk " + chunk, used[chunk], inUse - before);
            validateFree(chunk, entries, entries.length / 2 - used[chunk], firstFree[chunk], withRoom.get(chunk));
        }
        equal("handles", live, inUse);
        equal("bytes of handles", liveBytes, bytes);
        return inUse - inTransit;
    }

    private static void validateFree(int chunk, long[] entries, int room, long first, boolean hasRoom) {
        long found = 0;
        for (long next = entries.length == 0 ? 0 : first; next != 0 && found <= room; found++) {
            next = entries[(int) (2 * (next - 1))];
        }
        equal("free entries in chunk " + chunk, found, room);
        equal("chunk " + chunk + " with room", hasRoom ? 1 : 0, room == 0 ? 0 : 1);
    }

    private static void equal(String what, long counted, long walked) {
        if (counted != walked) {
            throw new HeapCorruptionException(
                    0, "%s: %d as counted (expected: %d, from the entries)".formatted(what, counted, walked));
        }
    }
}
