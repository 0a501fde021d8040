package dev.ashlar.region;

/** How far the purging of an owner's dirty pages has come, from the lowest region on. One thread's. */
public final class PurgeProgress {
    final int leastAgeMillis;
    int region;
    int page;
    long pagesLeft;
    long bytes;
    long purges;

    /**
     * Before the first page.
     *
     * @param pages to purge at most
     * @param leastAgeMillis that pages must have been dirty for; 0 for all
     */
    public PurgeProgress(long pages, int leastAgeMillis) {
        pagesLeft = pages;
        this.leastAgeMillis = leastAgeMillis;
    }

    /** Pages that may still be purged. */
    public long pagesLeft() {
        return pagesLeft;
    }

    /** Bytes that were resident in the pages purged, as far as the operating system says; else the bytes of those pages. */
    public long bytes() {
        return bytes;
    }

    /** How often the operating system was asked. */
    public long purges() {
        return purges;
    }
}
