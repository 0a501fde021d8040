package dev.ashlar.metrics;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Draws rows of the dashboard from what a real Prometheus has scraped: asks it each panel's own expressions, and draws panels where the dashboard's file has
 * them. What Grafana would show differs in fonts and frames, not in figures.
 */
final class DashboardDrawing {
    private static final int COLUMN = 60;
    private static final int LINE = 38;
    private static final int GAP = 8;
    private static final int COLUMNS = 24;
    private static final Color PAPER = new Color(0x11, 0x12, 0x17);
    private static final Color PANEL = new Color(0x18, 0x1b, 0x1f);
    private static final Color INK = new Color(0xcc, 0xcc, 0xdc);
    private static final Color GRID = new Color(0x2c, 0x30, 0x37);
    private static final Color[] SERIES = {
        new Color(0x73, 0xbf, 0x69), new Color(0xf2, 0xcc, 0x0c), new Color(0x87, 0xb8, 0xff),
        new Color(0xff, 0x98, 0x30), new Color(0xf2, 0x49, 0x5c), new Color(0xb8, 0x77, 0xd9),
        new Color(0x5a, 0xc8, 0xc8), new Color(0xff, 0xa6, 0xb0)};
    private static final Pattern LABEL = Pattern.compile("\\{\\{(\\w+)}}");

    private final PrometheusServer prometheus;
    private final String pool;
    private final long from;
    private final long to;

    DashboardDrawing(PrometheusServer prometheus, String pool, long from, long to) {
        this.prometheus = prometheus;
        this.pool = pool;
        this.from = from;
        this.to = to;
    }

    /** The rows of these titles, one below the other. */
    BufferedImage draw(JsonNode panels, Set<String> rows) throws IOException {
        List<JsonNode> chosen = new ArrayList<>();
        List<Integer> tops = new ArrayList<>();
        int shift = 0;
        int bottom = 0;
        boolean isChosen = false;
        for (JsonNode panel : panels) {
            JsonNode place = panel.path("gridPos");
            if (panel.path("type").asText().equals("row")) {
                isChosen = rows.contains(panel.path("title").asText());
                shift = bottom - place.path("y").asInt();
            }
            if (isChosen) {
                int top = place.path("y").asInt() + shift;
                chosen.add(panel);
                tops.add(top);
                bottom = Math.max(bottom, top + place.path("h").asInt());
            }
        }
        BufferedImage image =
                new BufferedImage(COLUMNS * COLUMN + GAP, bottom * LINE + GAP, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setColor(PAPER);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        for (int i = 0; i < chosen.size(); i++) {
            panel(graphics, chosen.get(i), tops.get(i));
        }
        graphics.dispose();
        return image;
    }

    private void panel(Graphics2D graphics, JsonNode panel, int line) throws IOException {
        JsonNode place = panel.path("gridPos");
        int width = place.path("w").asInt() * COLUMN - GAP;
        int height = place.path("h").asInt() * LINE - GAP;
        Graphics2D own = (Graphics2D) graphics.create(
                place.path("x").asInt() * COLUMN + GAP, line * LINE + GAP, width, height);
        String title = panel.path("title").asText();
        String unit = panel.path("fieldConfig").path("defaults").path("unit").asText();
        switch (panel.path("type").asText()) {
            case "row" -> text(own, title, 14, 4, height - 6);
            case "stat" -> stat(own, panel, title, unit, width, height);
            default -> chart(panel, title, unit, width, height).paint(own, width, height);
        }
        own.dispose();
    }

    private static void text(Graphics2D graphics, String text, int size, int x, int y) {
        graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, size));
        graphics.setColor(INK);
        graphics.drawString(text, x, y);
    }

    private void stat(Graphics2D graphics, JsonNode panel, String title, String unit, int width, int height)
            throws IOException {
        graphics.setColor(PANEL);
        graphics.fillRect(0, 0, width, height);
        text(graphics, title, 13, 12, 22);
        List<Line> lines = lines(panel);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 34));
        graphics.setColor(SERIES[0]);
        String value = lines.isEmpty() ? "No data" : shown(lines.getFirst().values().getLast(), unit);
        graphics.drawString(value, (width - graphics.getFontMetrics().stringWidth(value)) / 2, height / 2 + 24);
    }

    private record Line(String name, List<Double> seconds, List<Double> values) {}

    private XYChart chart(JsonNode panel, String title, String unit, int width, int height) throws IOException {
        XYChart chart = new XYChartBuilder().width(width).height(height).title(title).build();
        XYStyler styler = chart.getStyler();
        styler.setChartBackgroundColor(PANEL).setPlotBackgroundColor(PANEL).setPlotBorderVisible(false);
        styler.setChartFontColor(INK).setChartTitleBoxVisible(false).setLegendPosition(Styler.LegendPosition.OutsideS);
        styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 13));
        styler.setLegendLayout(Styler.LegendLayout.Horizontal).setLegendBackgroundColor(PANEL)
                .setLegendBorderColor(PANEL);
        styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11)).setLegendSeriesLineLength(12);
        styler.setPlotGridLinesColor(GRID).setAxisTickLabelsColor(INK).setAxisTickMarksColor(GRID);
        styler.setXAxisTickMarkSpacingHint(110).setxAxisTickLabelsFormattingFunction(DashboardDrawing::minutes);
        styler.setYAxisMin(0.0).setSeriesColors(SERIES);
        styler.setyAxisTickLabelsFormattingFunction(value -> shown(value, unit));
        boolean isStacked = panel.path("fieldConfig").path("defaults").path("custom").path("stacking").path("mode")
                .asText().equals("normal");
        List<Line> lines = lines(panel);
        if (isStacked) {
            lines = stacked(lines);
        }
        for (Line line : lines) {
            XYSeries series = chart.addSeries(line.name(), line.seconds(), line.values());
            series.setMarker(SeriesMarkers.NONE).setLineWidth(1.5f);
            if (isStacked) {
                series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Area);
            }
        }
        return chart;
    }

    /** Each on top of those before; the highest is drawn first. */
    private static List<Line> stacked(List<Line> lines) {
        List<Line> sums = new ArrayList<>();
        for (Line line : lines) {
            List<Double> values = new ArrayList<>(line.values());
            if (!sums.isEmpty()) {
                List<Double> below = sums.getLast().values();
                for (int i = 0; i < Math.min(values.size(), below.size()); i++) {
                    values.set(i, values.get(i) + below.get(i));
                }
            }
            sums.add(new Line(line.name(), line.seconds(), values));
        }
        Collections.reverse(sums);
        return sums;
    }

    private List<Line> lines(JsonNode panel) throws IOException {
        List<Line> lines = new ArrayList<>();
        for (JsonNode target : panel.path("targets")) {
            String expression = target.path("expr").asText()
                    .replace("$__rate_interval", "5s")
                    .replace("$__range", (to - from) + "s")
                    .replace("$pool", pool);
            for (JsonNode result : prometheus.queryRange(expression, from, to)) {
                String name = LABEL.matcher(target.path("legendFormat").asText())
                        .replaceAll((MatchResult label) -> result.path("metric").path(label.group(1)).asText());
                List<Double> seconds = new ArrayList<>();
                List<Double> values = new ArrayList<>();
                for (JsonNode point : result.path("values")) {
                    seconds.add(point.path(0).asDouble() - from);
                    values.add(Double.parseDouble(point.path(1).asText()));
                }
                // There is one pool: its name says nothing here.
                lines.add(new Line(name.replace(pool + " ", ""), seconds, values));
            }
        }
        return lines;
    }

    private static String shown(double value, String unit) {
        return switch (unit) {
            case "bytes" -> scaled(value, 1024, "B", "KiB", "MiB", "GiB", "TiB");
            case "Bps" -> scaled(value, 1000, "B/s", "kB/s", "MB/s", "GB/s", "TB/s");
            case "percentunit" -> String.format(Locale.ROOT, "%.3g %%", 100 * value);
            case "ops" -> scaled(value, 1000, "/s", "k/s", "M/s", "G/s", "T/s");
            case "s" -> String.format(Locale.ROOT, "%.3g s", value);
            default -> scaled(value, 1000, "", "k", "M", "G", "T");
        };
    }

    private static String minutes(double seconds) {
        return String.format(Locale.ROOT, "%d:%02d", (int) seconds / 60, (int) seconds % 60);
    }

    private static String scaled(double value, int base, String... units) {
        double rest = value;
        int unit = 0;
        while (Math.abs(rest) >= base && unit < units.length - 1) {
            rest /= base;
            unit++;
        }
        String number =
                String.format(Locale.ROOT, rest == Math.rint(rest) ? "%.0f" : rest < 10 ? "%.2f" : "%.1f", rest);
        return number + (units[unit].isEmpty() ? "" : " " + units[unit]);
    }
}
