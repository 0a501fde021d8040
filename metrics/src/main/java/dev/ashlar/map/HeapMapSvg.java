package dev.ashlar.map;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

import dev.ashlar.HeapStatistics;
import dev.ashlar.map.Shown.Layer;

/**
 * Draws a map as one SVG file without scripts or references. Colours follow the viewer's light or dark scheme.
 *
 * <p>A strip's group is scaled so that a column is one wide and 1,000 high; a path has what is of one state and shade, as rectangles on top of each other in
 * the order of {@link Layer}, neighbours of equal height as one. So a file is small, and says bytes rather than pixels.
 */
final class HeapMapSvg {
    static final int MOST_CELLS = 4096;
    static final int HIGH = 1000;

    private static final int WIDTH = 1200;
    private static final int MARGIN = 24;
    private static final int LABELS = 128;
    private static final int BAR = 704;
    private static final int SIDE = MARGIN + LABELS + BAR + 48;
    private static final int SIDE_WIDTH = WIDTH - MARGIN - SIDE;
    private static final int STRIPS_HEIGHT = 600;
    private static final int LEAST_HEIGHT = 9;
    private static final int MOST_HEIGHT = 56;
    private static final int UNCOMMITTED_HEIGHT = 14;
    private static final int GAP = 3;

    /** Colours after Okabe and Ito, "Color Universal Design" (2008): told apart with any colour vision; grey for what nobody can use. */
    private static final String STYLE = """
            text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #1c2530; }
            .title { font-size: 20px; font-weight: 600; }
            .head { font-size: 13px; font-weight: 600; }
            .soft { fill: #5b6876; }
            .number { font-variant-numeric: tabular-nums; }
            .paper { fill: #ffffff; }
            .track { fill: #eef1f4; } .hatch { stroke: #c6ced6; stroke-width: 1.5; }
            .live { fill: #0067a8; } .cached { fill: #e69f00; } .queued { fill: #c4471a; } .free { fill: #2f9e77; }
            .purged { fill: #b4dfcf; } .withheld { fill: #b0367a; } .overhead { fill: #8b96a3; }
            .s0 { fill-opacity: .55; } .s1 { fill-opacity: .7; } .s2 { fill-opacity: .85; }
            @media (prefers-color-scheme: dark) {
              text { fill: #e8edf2; }
              .soft { fill: #9aa8b6; }
              .paper { fill: #12171d; }
              .track { fill: #1f2730; } .hatch { stroke: #36424e; }
              .live { fill: #4aa8e8; } .cached { fill: #f2b430; } .queued { fill: #f07b4a; } .free { fill: #3fbf94; }
              .purged { fill: #28584a; } .withheld { fill: #e070b0; } .overhead { fill: #74808d; }
            }
            """;

    private final HeapMap map;
    private final StringBuilder body = new StringBuilder();
    private final int joined;
    private double y = MARGIN;

    private HeapMapSvg(HeapMap map) {
        this.map = map;
        int columns = map.strips().stream().mapToInt(MapStrip::columns).max().orElse(0);
        long drawn = map.strips().stream().filter(strip -> strip.columns() > 0).count();
        int several = 1;
        while (drawn * Math.ceilDiv(columns, several) > MOST_CELLS) {
            several *= 2;
        }
        joined = several;
    }

    static void write(HeapMap map, Appendable out) throws IOException {
        new HeapMapSvg(map).writeTo(out);
    }

    private void writeTo(Appendable out) throws IOException {
        HeapStatistics memory = map.statistics().memory();
        String title = "Heap map of pool '" + map.pool() + "'";
        String figures = "%s committed (capacity %s, and tables): %s live, %s pending, %s free, fragmentation %s"
                .formatted(
                        Shown.bytes(memory.committedBytes()),
                        Shown.bytes(memory.capacityBytes()),
                        Shown.bytes(memory.liveBytes()),
                        Shown.bytes(memory.pendingBytes()),
                        Shown.bytes(memory.freeBytes()),
                        percent(map.fragmentation()));
        y += 16;
        text("title", MARGIN, title);
        y += 22;
        text("soft", MARGIN, figures);
        y += 24;
        double top = y;
        addStrips();
        double bottom = y;
        y = top;
        addSide(memory);
        int height = (int) Math.ceil(Math.max(bottom, y)) + MARGIN;
        out.append(line(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-labelledby=\"title figures\">",
                WIDTH, height, WIDTH, height));
        out.append(line("<title id=\"title\">%s</title>", escape(title)));
        out.append(line("<desc id=\"figures\">%s</desc>", escape(figures)));
        out.append(line("<style>\n%s</style>", STYLE));
        out.append(line(
                "<pattern id=\"none\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect class=\"track\" width=\"6\" height=\"6\"/><path class=\"hatch\" d=\"M0 0v6\"/></pattern>"));
        out.append(line("<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>"));
        out.append(body).append("</svg>\n");
    }

    // Strips

    private void addStrips() {
        long drawn = map.strips().stream().filter(strip -> strip.columns() > 0).count();
        double height = Math.clamp(
                Math.floorDiv(STRIPS_HEIGHT, Math.max(1, drawn)) - GAP, LEAST_HEIGHT, MOST_HEIGHT);
        int columns = map.strips().stream().mapToInt(MapStrip::columns).max().orElse(0);
        for (MapStrip strip : map.strips()) {
            if (strip.columns() == 0) {
                addUncommitted(strip);
            } else {
                addStrip(strip, height, (double) BAR * joined / columns);
            }
        }
    }

    private void addUncommitted(MapStrip strip) {
        body.append(line(
                "<rect fill=\"url(#none)\" x=\"%d\" y=\"%s\" width=\"%d\" height=\"%d\" rx=\"2\"><title>%s: not committed</title></rect>",
                MARGIN + LABELS, round(y), BAR, UNCOMMITTED_HEIGHT, Shown.regions(strip)));
        label(strip, UNCOMMITTED_HEIGHT, "");
        y += UNCOMMITTED_HEIGHT + GAP;
    }

    private void addStrip(MapStrip strip, double height, double cellWidth) {
        int cells = Math.ceilDiv(strip.columns(), joined);
        StateBytes bytes = new StateBytes(cells);
        bytes.addFrom(strip.stateBytes(), joined, 0);
        body.append(line(
                "<g transform=\"translate(%d %s) scale(%s %s)\" shape-rendering=\"crispEdges\"><title>%s</title>",
                MARGIN + LABELS, round(y + height), round(cellWidth), round(-height / HIGH), describe(strip)));
        body.append(line("<rect class=\"track\" width=\"%d\" height=\"%d\"/>", cells, HIGH));
        addLayers(bytes);
        body.append("</g>\n");
        label(strip, height, arenas(strip));
        y += height + GAP;
    }

    private String describe(MapStrip strip) {
        StringBuilder text = new StringBuilder(Shown.regions(strip));
        if (!strip.arenas().isEmpty()) {
            text.append(", ").append(arenas(strip));
        }
        if (strip.committedRegions() < strip.regions()) {
            text.append(", %d committed".formatted(strip.committedRegions()));
        }
        text.append(':');
        for (Layer layer : Layer.values()) {
            long bytes = layer.states.stream().mapToLong(strip::bytes).sum();
            if (bytes > 0) {
                text.append(" %s %s,".formatted(layer.text, Shown.bytes(bytes)));
            }
        }
        return text.substring(0, text.length() - 1);
    }

    private static String arenas(MapStrip strip) {
        List<Integer> arenas = strip.arenas();
        return switch (arenas.size()) {
            case 0 -> "";
            case 1 -> "arena " + arenas.getFirst();
            default -> arenas.size() + " arenas";
        };
    }

    @SuppressWarnings("EnumOrdinal") // Index of the layer's paths.
    private void addLayers(StateBytes bytes) {
        int shades = Shown.SHADES.size() + 1;
        StringBuilder[] paths = new StringBuilder[Layer.values().length * shades];
        int[] heights = new int[paths.length];
        int[] floors = new int[paths.length];
        int[] begins = new int[paths.length];
        for (int cell = 0; cell <= bytes.columns(); cell++) {
            int[] now = new int[paths.length];
            int[] at = new int[paths.length];
            if (cell < bytes.columns()) {
                stack(bytes, cell, now, at);
            }
            for (int i = 0; i < paths.length; i++) {
                if (now[i] == heights[i] && at[i] == floors[i]) {
                    continue;
                }
                if (heights[i] != 0) {
                    StringBuilder path = paths[i] == null ? new StringBuilder() : paths[i];
                    paths[i] = path.append("M%d %dh%dv%dh-%dz".formatted(
                            begins[i], floors[i], cell - begins[i], heights[i], cell - begins[i]));
                }
                heights[i] = now[i];
                floors[i] = at[i];
                begins[i] = cell;
            }
        }
        for (int i = 0; i < paths.length; i++) {
            if (paths[i] != null) {
                body.append(line(
                        "<path class=\"%s s%d\" d=\"%s\"/>", Layer.values()[i / shades].style, i % shades, paths[i]));
            }
        }
    }

    /** Where each layer of a cell begins, and how high it is. */
    @SuppressWarnings("EnumOrdinal") // As above.
    private void stack(StateBytes bytes, int cell, int[] heights, int[] floors) {
        long cellBytes = map.columnBytes() * joined;
        long below = 0;
        for (Layer layer : Layer.values()) {
            long here = layer.states.stream().mapToLong(state -> bytes.bytes(cell, state)).sum();
            int floor = high(below, cellBytes);
            int height = high(below + here, cellBytes) - floor;
            int shade = layer == Layer.OVERHEAD
                    ? Shown.SHADES.size()
                    : Shown.shade(bytes.meanBlockBytes(cell, layer.states.getFirst()));
            int index = layer.ordinal() * (Shown.SHADES.size() + 1) + shade;
            heights[index] = height;
            floors[index] = height == 0 ? 0 : floor;
            below += here;
        }
    }

    /** No higher than a column, also if blocks changed during the walk. */
    private static int high(long bytes, long cellBytes) {
        return (int) Math.min(HIGH, (bytes * HIGH + cellBytes / 2) / cellBytes);
    }

    private void label(MapStrip strip, double height, String arenas) {
        double middle = y + height / 2 + 4;
        String regions = strip.regions() == 1
                ? Integer.toString(strip.firstRegion())
                : strip.firstRegion() + "–" + (strip.firstRegion() + strip.regions() - 1);
        body.append(line(
                "<text class=\"soft number\" x=\"%d\" y=\"%s\" text-anchor=\"end\" font-size=\"%s\">%s</text>",
                MARGIN + LABELS - 10, round(middle), "11", escape(regions)));
        if (!arenas.isEmpty() && height >= LEAST_HEIGHT) {
            body.append(line(
                    "<text class=\"soft\" x=\"%d\" y=\"%s\">%s</text>", MARGIN, round(middle), escape(arenas)));
        }
    }

    // Beside it

    private void addSide(HeapStatistics memory) {
        y += 12;
        side("head", "Bytes by state");
        for (Layer layer : Layer.values()) {
            long bytes = layer.states.stream().mapToLong(map::bytes).sum();
            if (layer == Layer.OVERHEAD) {
                bytes += map.tableBytes();
            }
            if (bytes == 0 && layer == Layer.WITHHELD) {
                continue;
            }
            y += 22;
            rectangle(layer.style, SIDE, y - 10, 12, 12);
            sideText(20, layer == Layer.OVERHEAD ? "overhead, headers" : layer.text);
            amount(Shown.bytes(bytes));
        }
        y += 22;
        body.append(line(
                "<rect fill=\"url(#none)\" x=\"%d\" y=\"%s\" width=\"12\" height=\"12\"/>", SIDE, round(y - 10)));
        sideText(20, "not committed");
        amount(Shown.bytes(memory.capacityBytes() - map.committedBytes() + map.tableBytes()));
        addShades();
        addHistogram();
        addFigures(memory);
    }

    private void addShades() {
        y += 34;
        side("head", "Shade: mean size of the blocks");
        y += 20;
        List<String> names = List.of("to 128 B", "to 1 KiB", "to 8 KiB", "larger");
        double step = SIDE_WIDTH / 4.0;
        for (int shade = 0; shade < names.size(); shade++) {
            rectangle("live s" + shade, SIDE + shade * step, y - 10, step - 4, 12);
            body.append(line(
                    "<text class=\"soft\" x=\"%s\" y=\"%s\">%s</text>", round(SIDE + shade * step), round(y + 18),
                    names.get(shade)));
        }
        y += 18;
    }

    private void addHistogram() {
        y += 34;
        side("head", "Free blocks and cells by size");
        long most = map.freeSizes().stream().mapToLong(FreeSizes::bytes).max().orElse(0);
        if (most == 0) {
            y += 20;
            side("soft", "nothing is free in partly used regions");
        }
        for (FreeSizes sizes : map.freeSizes()) {
            y += 17;
            body.append(line(
                    "<text class=\"soft number\" x=\"%d\" y=\"%s\" text-anchor=\"end\">%s</text>", SIDE + 58, round(y),
                    Shown.bytes(sizes.fromBytes())));
            double width = Math.max(1, (SIDE_WIDTH - 176.0) * sizes.bytes() / most);
            body.append(line(
                    "<rect class=\"free\" x=\"%d\" y=\"%s\" width=\"%s\" height=\"11\" rx=\"1\"><title>%s</title></rect>",
                    SIDE + 66, round(y - 9.5), round(width),
                    "%d of %s to below %s: %s".formatted(
                            sizes.blocks(), Shown.bytes(sizes.fromBytes()), Shown.bytes(2 * sizes.fromBytes()),
                            Shown.bytes(sizes.bytes()))));
            amount(String.format(Locale.ROOT, "%s × %,d", Shown.bytes(sizes.bytes()), sizes.blocks()));
        }
    }

    private void addFigures(HeapStatistics memory) {
        y += 34;
        side("head", "Figures");
        figure("fragmentation", percent(map.fragmentation()));
        figure("largest free block", Shown.bytes(memory.largestFreeBytes()));
        figure("live blocks", String.format(Locale.ROOT, "%,d", memory.liveBlocks()));
        figure("free blocks", String.format(Locale.ROOT, "%,d", memory.freeBlocks()));
        figure("region", Shown.bytes(map.regionBytes()));
        figure("a column", Shown.bytes(map.columnBytes() * joined));
        figure("fit policy", map.policy().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        figure("made", map.time().toString().substring(0, "2026-01-01T00:00:00".length()).replace('T', ' ') + " UTC");
    }

    private void figure(String name, String value) {
        y += 18;
        sideText(0, name);
        amount(value);
    }

    private void side(String style, String content) {
        text(style, SIDE, content);
    }

    private void sideText(int indent, String content) {
        text("soft", SIDE + indent, content);
    }

    private void amount(String content) {
        body.append(line(
                "<text class=\"number\" x=\"%d\" y=\"%s\" text-anchor=\"end\">%s</text>", SIDE + SIDE_WIDTH, round(y),
                escape(content)));
    }

    private void text(String style, double x, String content) {
        body.append(line(
                "<text class=\"%s\" x=\"%s\" y=\"%s\">%s</text>", style, round(x), round(y), escape(content)));
    }

    private void rectangle(String style, double x, double top, double width, double height) {
        body.append(line(
                "<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>", style, round(x), round(top),
                round(width), round(height)));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private static String round(double value) {
        String text = String.format(Locale.ROOT, "%.4f", value);
        return text.replaceAll("\\.?0+$", "");
    }

    @SuppressWarnings("AnnotateFormatMethod") // The annotation would be a dependency.
    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values) + "\n";
    }

    /** What XML has no place for becomes a question mark. */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                default -> escaped.appendCodePoint(
                        c < ' ' || c == 0xFFFE || c == 0xFFFF || (c >= 0xD800 && c <= 0xDFFF) ? '?' : c);
            }
        });
        return escaped.toString();
    }
}
