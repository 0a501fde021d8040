package dev.ashlar.os;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

import dev.ashlar.lock.LockRank;
import org.jspecify.annotations.Nullable;

/**
 * Counts resident pages by {@code /proc/self/pagemap}, which has 64 bits for each page of the address space.
 *
 * <p>
 * Of the ways Linux offers only this one is exact for any range. {@code mincore} counts a page as soon as it was read,
 * though it is the shared page of zeros. {@code smaps} knows whole mappings only, and neighbouring reservations with
 * the same rights are one mapping.
 */
final class PageMap {

    /** The page is in memory. Set for the shared page of zeros, too. */
    private static final long PRESENT = 1L << 63;

    /** The page belongs to this mapping alone. Never set for the shared page of zeros. */
    private static final long EXCLUSIVE = 1L << 56;

    private static final long RESIDENT = PRESENT | EXCLUSIVE;

    private static final int CHUNK_BYTES = 1 << 16;

    /**
     * Open as long as the process lives: to open it costs as much as to purge what is asked about, under an arena's lock. Guarded by the class.
     *
     * <p>
     * Not a channel: an interrupted thread, such as a metrics exporter on its way out, could not read it.
     */
    private static @Nullable RandomAccessFile file;

    private PageMap() {}

    /** Returns the resident bytes of a page-aligned range, or -1 if the file cannot be read. */
    static synchronized long residentBytes(long address, long bytes, int pageSizeBytes) {
        assert LockRank.PROCESS.mayEnter();
        try {
            RandomAccessFile map = file;
            if (map == null) {
                map = new RandomAccessFile("/proc/self/pagemap", "r");
                file = map;
            }
            map.seek(address / pageSizeBytes * Long.BYTES);
            long pagesLeft = bytes / pageSizeBytes;
            byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, pagesLeft * Long.BYTES)];
            LongBuffer entries = ByteBuffer.wrap(chunk).order(ByteOrder.nativeOrder()).asLongBuffer();
            long resident = 0;
            while (pagesLeft > 0) {
                int pages = (int) Math.min(entries.capacity(), pagesLeft);
                map.readFully(chunk, 0, pages * Long.BYTES);
                for (int i = 0; i < pages; i++) {
                    if ((entries.get(i) & RESIDENT) == RESIDENT) {
                        resident++;
                    }
                }
                pagesLeft -= pages;
            }
            return resident * pageSizeBytes;
        } catch (IOException e) {
            // No /proc, or a sandbox without this file: the answer is unknown, which is no failure of the memory.
            return -1;
        }
    }
}
