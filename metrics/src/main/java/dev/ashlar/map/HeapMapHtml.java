package dev.ashlar.map;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A map as one HTML page: the page's own style sheet and script and the map's JSON, in one file. */
final class HeapMapHtml {
    /** What stands in the page for what is put there, in its order. */
    private static final List<String> MARKS = List.of("title", "style", "map", "script");

    private HeapMapHtml() {}

    static void write(HeapMap map, Appendable out) throws IOException {
        String page = resource("map.html");
        int from = 0;
        for (String mark : MARKS) {
            String text = "<!--" + mark + "-->";
            int at = page.indexOf(text, from);
            out.append(page, from, at);
            switch (mark) {
                case "title" -> out.append(HeapMapSvg.escape(map.pool()));
                case "style" -> out.append(resource("map.css"));
                case "map" -> map.writeJson(out);
                default -> out.append(resource("map.js"));
            }
            from = at + text.length();
        }
        out.append(page, from, page.length());
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = HeapMap.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(
                        "resource " + name + " is missing (expected: beside " + HeapMap.class.getName() + ")");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
