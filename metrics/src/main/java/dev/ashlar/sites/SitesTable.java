package dev.ashlar.sites;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Call sites as lines of text. */
public final class SitesTable {
    private static final String UNITS = "KMGTPE";
    private static final int BITS_PER_UNIT = 10;

    private SitesTable() {}

    /**
     * One line in sum, an empty one, a head, and one for each site, the most bytes first.
     *
     * @param sites to show
     * @param allocated what was allocated, and not what is live
     * @param top how many sites at most
     */
    public static List<String> lines(CallSites sites, boolean allocated, int top) {
        List<String> lines = new ArrayList<>();
        List<Site> all = sites.sites(allocated);
        lines.add("%s %s at %,d call sites, estimated from %,d samples".formatted(
                bytes(sites.bytes(allocated)),
                allocated ? "allocated" : "live",
                all.size(),
                sites.samples(allocated)));
        lines.add("");
        lines.add(String.format(Locale.ROOT, "%10s %7s %8s  %s", allocated ? "allocated" : "live", "share", "samples",
                "site"));
        long sum = Math.max(1, sites.bytes(allocated));
        for (Site site : all.stream().limit(top).toList()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%10s %5.1f %% %8d  %s",
                    bytes(site.bytes(allocated)),
                    100.0 * site.bytes(allocated) / sum,
                    site.samples(allocated),
                    site.name()));
        }
        if (all.size() > top) {
            lines.add("... and %,d more".formatted(all.size() - top));
        }
        return lines;
    }

    /** Such as {@code 512 B} or {@code 58.0 MiB}. */
    public static String bytes(long bytes) {
        int unit = (Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(bytes, 1))) / BITS_PER_UNIT;
        return unit == 0
                ? bytes + " B"
                : String.format(
                        Locale.ROOT,
                        "%.1f %siB",
                        bytes / (double) (1L << (unit * BITS_PER_UNIT)),
                        UNITS.charAt(unit - 1));
    }
}
