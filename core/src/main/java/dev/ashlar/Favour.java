package dev.ashlar;

/** What {@link FitPolicy#ADAPTIVE} is to favour where memory and time can't both be had. */
public enum Favour {
    /**
     * Time: only the policies that find a block in a bounded number of steps, {@link FitPolicy#SEGREGATED_FIT} first, and
     * {@link FitPolicy#BEST_FIT} while free memory is scattered. The default.
     */
    SPEED,

    /**
     * Memory: {@link FitPolicy#BEST_FIT} first, and {@link FitPolicy#FIRST_FIT}, which takes several times as long to find a block, while free memory
     * is scattered over several regions, so that the higher ones become free.
     */
    FOOTPRINT
}
