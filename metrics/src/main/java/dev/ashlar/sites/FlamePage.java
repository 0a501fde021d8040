package dev.ashlar.sites;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.ashlar.text.ByteSizes;

/**
 * The flame graph as one HTML page that needs nothing else: its frame is the resource {@code flame.html}, into which title, table and data are put.
 *
 * <p>Names of a program's classes and pools go into the page as text of HTML, or as JSON in which no {@code <} is left, which the page's script shows as text.
 */
public final class FlamePage {
    private static final int TABLE_ROWS = 100;

    private FlamePage() {}

    /**
     * Writes the page.
     *
     * @param sites to show
     * @param allocated what was allocated, and not what is live
     * @param title of the page
     * @param out where to; left open
     * @throws IOException if the writer throws it
     */
    public static void write(CallSites sites, boolean allocated, String title, Writer out) throws IOException {
        String page = frame();
        int at = 0;
        // Each place in turn, so that nothing that is put in is taken for a place.
        for (String[] part : new String[][] {
            {"%TITLE%", escape(title)},
            {"%TITLE_AGAIN%", escape(title)},
            {"%SUMMARY%", escape(summary(sites, allocated))},
            {"%ROWS%", rows(sites, allocated)},
            {"%DATA%", json(sites.flames(allocated))}
        }) {
            int place = page.indexOf(part[0], at);
            out.write(page, at, place - at);
            out.write(part[1]);
            at = place + part[0].length();
        }
        out.write(page, at, page.length() - at);
        out.flush();
    }

    private static String frame() {
        try (InputStream in = FlamePage.class.getResourceAsStream("flame.html")) {
            if (in == null) {
                throw new IllegalStateException("resource flame.html: missing (expected: beside its class)");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String summary(CallSites sites, boolean allocated) {
        return "%s %s, estimated from %,d samples".formatted(
                ByteSizes.format(sites.bytes(allocated)), allocated ? "allocated" : "live", sites.samples(allocated));
    }

    private static String rows(CallSites sites, boolean allocated) {
        StringBuilder rows = new StringBuilder();
        long all = Math.max(1, sites.bytes(allocated));
        for (Site site : sites.sites(allocated).stream().limit(TABLE_ROWS).toList()) {
            long bytes = site.bytes(allocated);
            rows.append("<tr><td>")
                    .append(ByteSizes.format(bytes))
                    .append("</td><td>")
                    .append(String.format(Locale.ROOT, "%.1f %%", 100.0 * bytes / all))
                    .append("</td><td>")
                    .append(site.samples(allocated))
                    .append("</td><td>")
                    .append(escape(site.name()))
                    .append("</td></tr>\n");
        }
        return rows.toString();
    }

    /** Nested arrays: name, bytes, callees. */
    private static String json(FlameNode root) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            write(root, json);
        }
        // In JSON these stand in strings alone; and </script> must not be seen, nor <!--.
        return text.toString().replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
    }

    private static void write(FlameNode node, JsonGenerator json) throws IOException {
        json.writeStartArray();
        json.writeString(node.name());
        json.writeNumber(node.bytes());
        json.writeStartArray();
        for (FlameNode callee : node.callees()) {
            write(callee, json);
        }
        json.writeEndArray();
        json.writeEndArray();
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
