package dev.ashlar.sites;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.ashlar.text.ByteSizes;

/** Call sites as lines of text. */
public final class SitesTable {
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
                ByteSizes.format(sites.bytes(allocated)),
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
                    ByteSizes.format(site.bytes(allocated)),
                    100.0 * site.bytes(allocated) / sum,
                    site.samples(allocated),
                    site.name()));
        }
        if (all.size() > top) {
            lines.add("... and %,d more".formatted(all.size() - top));
        }
        return lines;
    }
}
