package dev.ashlar.bench.space;

import java.io.IOException;
import java.io.Writer;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.ashlar.bench.space.SpaceReport.Mapped;
import dev.ashlar.bench.space.SpaceReport.Owned;

/**
 * Draws a map of spaces, as at the end of a replay, as one SVG file without scripts or references. Colours follow the viewer's light or dark scheme.
 *
 * <p>A space with few parts is a bar to scale with a rectangle for each part, named where there is room. A space with many is a grid of cells, line by line from its start to its end, each as dark as it
 * is full: what would be thinner than a hair says nothing, and the file stays small whatever the number of extents.
 */
public final class SpaceSvg {
    private static final int WIDTH = 1000;
    private static final int MARGIN = 20;
    private static final int INNER = WIDTH - 2 * MARGIN;
    private static final int BAR = 34;
    private static final int MOST_RECTANGLES = 200;
    private static final int COLUMNS = 96;
    private static final int MOST_ROWS = 24;
    private static final int CELL = 10;
    private static final double CHARACTER = 7.3;
    private static final int SHADES = 5;

    private static final String STYLE = """
            text { font: 12px ui-monospace, monospace; fill: #1f2933; }
            .title { font-size: 16px; font-weight: bold; }
            .soft { fill: #5d6b78; }
            .paper { fill: #ffffff; }
            .free { fill: #e4e9ee; }
            .data { fill: #2f6fb5; } .parity { fill: #b5662f; } .metadata { fill: #6b4fa0; }
            .on { fill: #ffffff; }
            .s1 { fill: #c3d7ec; } .s2 { fill: #8fb5db; } .s3 { fill: #5b93c9; } .s4 { fill: #2f6fb5; } .s5 { fill: #17406e; }
            .edge { stroke: #ffffff; stroke-width: 0.5; }
            @media (prefers-color-scheme: dark) {
              text { fill: #e6ebf0; }
              .soft { fill: #9aa7b4; }
              .paper { fill: #14191f; }
              .free { fill: #2a323b; }
              .data { fill: #5b9be0; } .parity { fill: #e0955b; } .metadata { fill: #a58be0; }
              .on { fill: #14191f; }
              .s1 { fill: #24405e; } .s2 { fill: #2f5f92; } .s3 { fill: #4580bd; } .s4 { fill: #5b9be0; } .s5 { fill: #a9cff7; }
              .edge { stroke: #14191f; }
            }
            """;

    private final String title;
    private final String figures;
    private final List<Mapped> spaces;
    private final boolean isOfVolumes;
    private final StringBuilder body = new StringBuilder();

    private double y = MARGIN;
    private boolean hasGrid;
    private boolean hasBar;

    private SpaceSvg(String title, String figures, List<Mapped> spaces, boolean isOfVolumes) {
        this.title = title;
        this.figures = figures;
        this.spaces = spaces;
        this.isOfVolumes = isOfVolumes;
    }

    /**
     * Writes the map, and leaves the writer open.
     *
     * @param report of a replay
     * @param out where to
     * @throws IOException if the writer throws it
     */
    public static void write(SpaceReport report, Writer out) throws IOException {
        String title =
                String.format(Locale.ROOT, "%s: %s, %s", report.script(), report.kind().name().toLowerCase(Locale.ROOT),
                        report.policy());
        String figures = String.format(Locale.ROOT,
                "%d placed, %d refused, %d freed; %d units used, %d free, largest free %d, fragmented %.1f %%",
                report.placements().size(), report.refused(), report.frees(), report.used(), report.free(),
                report.largestFree(), 100 * report.fragmentation());
        new SpaceSvg(title, figures, report.spaces(), report.kind() == SpaceKind.VOLUMES).writeTo(out);
    }

    /**
     * Writes a map of spaces of which nobody knows who allocated what, and leaves the writer open.
     *
     * @param title a line
     * @param figures a line below it
     * @param spaces to be drawn, one below the other
     * @param out where to
     * @throws IOException if the writer throws it
     */
    public static void write(String title, String figures, List<Mapped> spaces, Writer out) throws IOException {
        new SpaceSvg(title, figures, spaces, false).writeTo(out);
    }

    private void writeTo(Writer out) throws IOException {
        y += 12;
        text("title", MARGIN, title);
        y += 20;
        text("soft", MARGIN, figures);
        y += 14;
        spaces.forEach(this::addSpace);
        addLegend();
        out.write(String.format(Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" aria-labelledby=\"title figures\">\n",
                WIDTH, Math.round(y) + MARGIN, WIDTH));
        out.write(String.format(Locale.ROOT,
                "<title id=\"title\">%s</title>\n<desc id=\"figures\">%s</desc>\n<style>\n%s</style>\n",
                escape(title), escape(figures), STYLE));
        out.write(String.format(Locale.ROOT, "<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n"));
        out.append(body).write(String.format(Locale.ROOT, "</svg>\n"));
        out.flush();
    }

    private void addSpace(Mapped space) {
        y += 22;
        String note = space.note().isEmpty() ? "" : " (" + space.note() + ")";
        text("", MARGIN, String.format(Locale.ROOT, "%s%s: %d of %d used, largest free %d, fragmented %.1f %%",
                SpaceReport.shown(space.name()), note, space.used(), space.end() - space.start(), space.largestFree(),
                100 * space.fragmentation()));
        y += 8;
        if (space.end() == space.start()) {
            y += 12;
            text("soft", MARGIN, "empty: nothing is allocated, and it ends where it starts");
        } else if (space.count() <= MOST_RECTANGLES) {
            addBar(space);
        } else {
            addGrid(space);
        }
    }

    private void addBar(Mapped space) {
        hasBar = true;
        double scale = (double) INNER / (space.end() - space.start());
        rectangle("free", MARGIN, y, INNER, BAR, "");
        for (Owned owned : space.parts()) {
            Part part = owned.part();
            double x = MARGIN + (part.offset() - space.start()) * scale;
            double width = Math.max(part.length() * scale, 1.5);
            String role = part.role().name().toLowerCase(Locale.ROOT);
            String owner = owned.owner().isEmpty() ? "" : owned.owner() + ": ";
            rectangle(role + " edge", x, y, width, BAR, owner + part.text() + describe(part));
            String label = label(owned);
            if (label.length() * CHARACTER + 6 < width) {
                body.append(String.format(Locale.ROOT,
                        "<text class=\"on\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n",
                        x + width / 2, y + BAR / 2.0 + 4, escape(label)));
            }
        }
        y += BAR + 14;
        scaleLabels(space.start(), space.end());
    }

    private String label(Owned owned) {
        Part part = owned.part();
        return isOfVolumes && part.role() == Part.Role.DATA
                ? owned.owner() + " " + part.stripe() + "." + part.copy() : owned.owner();
    }

    private String describe(Part part) {
        return isOfVolumes ? String.format(Locale.ROOT, ", %s, stripe %d, copy %d",
                part.role().name().toLowerCase(Locale.ROOT), part.stripe(), part.copy()) : "";
    }

    private void addGrid(Mapped space) {
        hasGrid = true;
        long length = space.end() - space.start();
        int rows = (int) Math.min(MOST_ROWS, Math.max(1, (length + COLUMNS - 1) / COLUMNS));
        int cells = (int) Math.min((long) rows * COLUMNS, length);
        double[] used = fill(space, cells);
        double perCell = (double) length / cells;
        for (int cell = 0; cell < cells; cell++) {
            double share = Math.min(used[cell] / perCell, 1);
            String shade = share < 1e-9 ? "free" : "s" + Math.max(1, (int) Math.ceil(share * SHADES - 1e-9));
            int row = cell / COLUMNS;
            rectangle(shade, MARGIN + cell % COLUMNS * CELL, y + row * CELL, CELL - 1, CELL - 1,
                    "");
        }
        int drawn = (cells + COLUMNS - 1) / COLUMNS;
        y += drawn * CELL + 12;
        text("soft", MARGIN,
                String.format(Locale.ROOT, "%d parts; line by line from %d to %d, a cell is %s units",
                        space.count(), space.start(),
                        space.end(),
                        perCell == Math.rint(perCell) ? String.format(Locale.ROOT, "%.0f", perCell)
                                : String.format(Locale.ROOT, "%.2f", perCell)));
    }

    /** How many units of each cell are in use. */
    private static double[] fill(Mapped space, int cells) {
        double[] used = new double[cells];
        double perUnit = (double) cells / (space.end() - space.start());
        for (Owned owned : space.parts()) {
            double from = (owned.part().offset() - space.start()) * perUnit;
            double to = (owned.part().end() - space.start()) * perUnit;
            for (int cell = (int) from; cell < cells && cell < to; cell++) {
                used[cell] += (Math.min(to, cell + 1.0) - Math.max(from, cell)) / perUnit;
            }
        }
        return used;
    }

    private void scaleLabels(long start, long end) {
        text("soft", MARGIN, Long.toString(start));
        body.append(String.format(Locale.ROOT,
                "<text class=\"soft\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%d</text>\n", WIDTH - MARGIN,
                y, end));
    }

    private void addLegend() {
        y += 30;
        double x = MARGIN;
        x = key("free", "free", x);
        if (hasBar) {
            for (Map.Entry<Part.Role, String> role : roles().entrySet()) {
                x = key(role.getKey().name().toLowerCase(Locale.ROOT), role.getValue(), x);
            }
        }
        if (hasGrid) {
            List<String> shares = List.of("to 20 %", "to 40 %", "to 60 %", "to 80 %", "to 100 % used");
            for (int shade = 1; shade <= SHADES; shade++) {
                x = key("s" + shade, shares.get(shade - 1), x);
            }
        }
        if (hasBar && isOfVolumes) {
            y += 20;
            text("soft", MARGIN, "a label is: name stripe.copy");
        }
    }

    private Map<Part.Role, String> roles() {
        Map<Part.Role, String> roles = new EnumMap<>(Part.Role.class);
        roles.put(Part.Role.DATA, isOfVolumes ? "data" : "allocated");
        if (isOfVolumes) {
            roles.put(Part.Role.PARITY, "parity");
            roles.put(Part.Role.METADATA, "metadata");
        }
        return roles;
    }

    private double key(String style, String name, double x) {
        rectangle(style, x, y - 10, 12, 12, "");
        text("soft", x + 18, name);
        return x + 18 + name.length() * 7.4 + 22;
    }

    private void rectangle(String style, double x, double top, double width, double height, String tip) {
        String end = tip.isEmpty() ? "/>" : "><title>" + escape(tip) + "</title></rect>";
        body.append(String.format(Locale.ROOT,
                "<rect class=\"%s\" x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\"", style, x, top,
                width, height)).append(end).append('\n');
    }

    private void text(String style, double x, String content) {
        String attribute = style.isEmpty() ? "" : " class=\"" + style + "\"";
        body.append(String.format(Locale.ROOT, "<text%s x=\"%.1f\" y=\"%.1f\">%s</text>\n", attribute, x, y,
                escape(content)));
    }

    /** What XML has no place for, from a script's names, becomes a question mark. */
    private static String escape(String text) {
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
