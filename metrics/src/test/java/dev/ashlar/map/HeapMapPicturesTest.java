package dev.ashlar.map;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.map.Shown.Layer;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is drawn against the map that it is drawn from. Another seed: {@code -Dashlar.seed=N}. */
class HeapMapPicturesTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    private static final Pattern RECTANGLE = Pattern.compile("M(\\d+) (\\d+)h(\\d+)v(\\d+)h-(\\d+)z");

    private static String svg(HeapMap map) throws IOException {
        StringBuilder out = new StringBuilder();
        map.writeSvg(out);
        return out.toString();
    }

    private static Document parse(String svg) throws IOException, SAXException, ParserConfigurationException {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    /** Heights in a strip's group, by class and cell. */
    private static Map<String, Integer> heights(Element group) {
        Map<String, Integer> heights = new HashMap<>();
        NodeList paths = group.getElementsByTagName("path");
        for (int i = 0; i < paths.getLength(); i++) {
            Element path = (Element) paths.item(i);
            String style = path.getAttribute("class").replaceAll(" .*", "");
            Matcher rectangle = RECTANGLE.matcher(path.getAttribute("d"));
            while (rectangle.find()) {
                int first = Integer.parseInt(rectangle.group(1));
                for (int cell = first; cell < first + Integer.parseInt(rectangle.group(3)); cell++) {
                    heights.merge(style + " " + cell, Integer.parseInt(rectangle.group(4)), Integer::sum);
                }
            }
        }
        return heights;
    }

    private static void assertDrawn(HeapMap map) throws IOException, SAXException, ParserConfigurationException {
        String svg = svg(map);
        assertTrue(svg.length() < 1 << 20, () -> "bytes of the file: " + svg.length());
        NodeList groups = parse(svg).getElementsByTagName("g");
        List<MapStrip> strips = map.strips().stream().filter(strip -> strip.columns() > 0).toList();
        assertEquals(strips.size(), groups.getLength(), "strips");
        for (int i = 0; i < strips.size(); i++) {
            MapStrip strip = strips.get(i);
            Element group = (Element) groups.item(i);
            int cells = Integer.parseInt(((Element) group.getElementsByTagName("rect").item(0)).getAttribute("width"));
            int joined = Math.ceilDiv(strip.columns(), cells);
            Map<String, Integer> heights = heights(group);
            for (int cell = 0; cell < cells; cell++) {
                for (Layer layer : Layer.values()) {
                    long bytes = 0;
                    for (int column = cell * joined; column < Math.min(strip.columns(), (cell + 1) * joined);
                            column++) {
                        int at = column;
                        bytes += layer.states.stream().mapToLong(state -> strip.bytes(at, state)).sum();
                    }
                    double expected = (double) bytes * HeapMapSvg.HIGH / (map.columnBytes() * joined);
                    // Floor and top are rounded, each by a half.
                    assertEquals(expected, heights.getOrDefault(layer.style + " " + cell, 0), 1, layer + " " + cell);
                }
            }
        }
    }

    @Test
    void svg_randomOperations_rectanglesAreTheColumns() throws Exception {
        System.out.println("seed " + SEED);
        try (MemoryPool pool = HeapMapTest.builder().build()) {
            Engine engine = new Engine(pool, SEED);
            engine.run(20_000);
            engine.free(50);
            assertDrawn(HeapMap.of(pool));
            assertDrawn(HeapMap.of(pool, new HeapMapOptions(7, 64)));
        }
    }

    @Test
    void svg_smallAndLargePools_staysSmall() throws Exception {
        try (MemoryPool small = MemoryPool.builder().name("small").capacity(1 << 20).arenas(1).build();
                MemoryPool large = MemoryPool.builder().name("large").capacity(64L << 30).arenas(1).build()) {
            small.allocateAddress(5_000);
            assertDrawn(HeapMap.of(small));
            large.allocateAddress(40L << 30);
            assertDrawn(HeapMap.of(large, new HeapMapOptions(128, 1024)));
        }
    }

    @Test
    void writers_nameWithMarkup_isText() throws Exception {
        String name = "</script><script>alert('&\"\u0001')</script>";
        try (MemoryPool pool = MemoryPool.builder().name(name).capacity(1 << 20).build()) {
            HeapMap map = HeapMap.of(pool);
            Document svg = parse(svg(map));
            assertEquals(0, svg.getElementsByTagName("script").getLength());
            assertEquals(
                    "Heap map of pool '" + name.replace('\u0001', '?') + "'",
                    svg.getElementsByTagName("title").item(0).getTextContent());
            StringBuilder html = new StringBuilder();
            map.writeHtml(html);
            assertFalse(html.toString().contains("<script>alert("), "the name is nowhere as it is");
            assertEquals(html.toString().split("<script", -1).length, html.toString().split("</script", -1).length);
        }
    }
}
