package dev.ashlar.map;

import java.util.List;
import java.util.Locale;

import dev.ashlar.MemoryState;

/** How maps say and draw things: the same words, colours and shades everywhere. */
final class Shown {
    /** The states from the bottom of a column to its top, with their class of colour. */
    @SuppressWarnings("ImmutableEnumChecker") // List.of is.
    enum Layer {
        OVERHEAD("overhead", "headers, edges, slab tails", MemoryState.OVERHEAD, MemoryState.HEADER),
        LIVE("live", "live", MemoryState.LIVE),
        CACHED("cached", "cached", MemoryState.CACHED),
        QUEUED("queued", "remote (queued)", MemoryState.QUEUED),
        FREE("free", "free", MemoryState.FREE),
        PURGED("purged", "purged", MemoryState.PURGED),
        WITHHELD("withheld", "withheld", MemoryState.WITHHELD);

        final String style;
        final String text;
        final List<MemoryState> states;

        Layer(String style, String text, MemoryState... states) {
            this.style = style;
            this.text = text;
            this.states = List.of(states);
        }
    }

    /** Blocks of fewer bytes have the first, second, third shade; all others the fourth. */
    static final List<Long> SHADES = List.of(128L, 1024L, 8192L);

    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

    private Shown() {}

    /** 0 to 3, the palest first. */
    static int shade(long blockBytes) {
        int shade = 0;
        while (shade < SHADES.size() && blockBytes >= SHADES.get(shade)) {
            shade++;
        }
        return shade;
    }

    /**
     * Three digits and a unit, and no more of them than the value has: "4 KiB", "1.25 MiB". A label's place is narrow, and what is marked on
     * a map is mostly a power of two. Other text has {@link dev.ashlar.text.ByteSizes}, with one decimal always, so that columns line up; no
     * step of the one is one of the other.
     */
    static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit + 1 < UNITS.size()) {
            value /= 1024;
            unit++;
        }
        String digits = unit == 0 || value >= 100 || value == Math.rint(value) ? "%.0f" : value >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, digits + " %s", value, UNITS.get(unit));
    }

    /** "region 7", "regions 8 to 15". */
    static String regions(MapStrip strip) {
        return strip.regions() == 1
                ? "region " + strip.firstRegion()
                : "regions %d to %d".formatted(strip.firstRegion(), strip.firstRegion() + strip.regions() - 1);
    }
}
