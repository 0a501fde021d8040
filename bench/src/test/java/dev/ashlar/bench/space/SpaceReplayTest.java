package dev.ashlar.bench.space;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

import javax.xml.parsers.DocumentBuilderFactory;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ashlar.space.SpacePolicy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Scripts, from text to report, table, JSON and map. */
class SpaceReplayTest {
    @TempDir
    Path folder;

    private SpaceReport run(String script) throws IOException, ScriptException {
        return run(script, null, null, 1);
    }

    private SpaceReport run(String script, @Nullable SpaceKind kind, @Nullable SpacePolicy policy, int validateEvery)
            throws IOException, ScriptException {
        Path file = folder.resolve("script");
        Files.writeString(file, script.replace("; ", "\n"));
        return SpaceReplay.run(file, kind, policy, validateEvery);
    }

    private static String placed(SpaceReport report) {
        return report.placements().stream()
                .map(placed -> placed.name()
                        + placed.parts().stream().map(Part::text).collect(Collectors.joining(" ", " ", "")))
                .collect(Collectors.joining("; "));
    }

    @Test
    void run_extents_placesFreesAndRefuses() throws Exception {
        SpaceReport report = run(
                "# a file; space extents start=10 capacity=100 policy=first; allocate a 20 # first; allocate b 30; free a; "
                        + "allocate c 8 align=16; allocate d 100; free d; allocate e 5 at=12; allocate f 5 at=14; free b offset=10 length=10; free b");

        assertEquals("a [10, 30); b [30, 60); c [16, 24)", placed(report));
        assertEquals(List.of(7, 9, 10), report.refusals().stream().map(SpaceReport.Refused::line).toList());
        assertTrue(report.refusals().getFirst().reason().contains("no room for 100"), report.refusals().toString());
        assertEquals("[12, 17) is not free, or not in the space", report.refusals().get(1).reason());
        assertEquals(10, report.requests());
        assertEquals(3, report.frees());
        assertEquals(1, report.skippedFrees());
        assertEquals(50, report.peakUsed());
        assertEquals(8, report.used());
        assertEquals(24, report.spaces().getFirst().end());
        assertEquals(11, report.validations());
    }

    @Test
    void run_partsOfAnAllocation_areFreedOneByOne() throws Exception {
        SpaceReport report = run(
                "space bitmap capacity=64; allocate a 32; free a offset=8 length=8; free a offset=0 length=8; free a offset=20 length=4; allocate b 16; free a");

        assertEquals("a [0, 32); b [0, 16)", placed(report));
        assertEquals(16, report.used());
        assertEquals(48, report.largestFree());
        assertEquals(0, report.fragmentation());
    }

    @ParameterizedTest
    @EnumSource(SpacePolicy.class)
    void run_extentsAndBitmap_placeAlikeByEachPolicy(SpacePolicy policy) throws Exception {
        String script =
                "space extents capacity=200 policy=first; allocate a 50; allocate b 40; allocate c 60; allocate d 20; free a; free c; "
                        + "allocate e 10; allocate f 20; allocate g 25; free b; allocate h 30";
        SpaceReport extents = run(script, SpaceKind.EXTENTS, policy, 1);
        SpaceReport bitmap = run(script, SpaceKind.BITMAP, policy, 1);

        assertEquals(policy.name(), extents.policy());
        assertEquals(SpaceKind.BITMAP, bitmap.kind());
        if (policy == SpacePolicy.FIRST_FIT || policy == SpacePolicy.END_OF_SPACE) {
            // What is behind the last extent is free space in the one, and room to grow in the other; these two treat both alike.
            assertEquals(placed(extents), placed(bitmap));
        }
        assertEquals(extents.used(), bitmap.used());
        assertEquals(200, bitmap.spaces().getFirst().end());
    }

    @Test
    void run_volumes_placesByRequest() throws Exception {
        SpaceReport report = run(
                "space volumes policy=cling; source a 100 tier=fast tags=x,y; source b 100; source c 50; allocate v 20 stripes=2 copies=1 metadata=1; "
                        + "allocate w 10 stripes=2 parity=1 policy=normal; free v source=b offset=0; "
                        + "allocatable c no; remove c; allocate x 10 copies=2 tiers=fast,capacity apart domains=x; allocate y 500 approximate policy=anywhere; remove a; free w; free y; free x; remove c");

        assertEquals(
                "v <a[0, 1)> a[1, 11) <b[0, 1)> b[1, 11); w a[11, 16) b[11, 16) c[0, 5)*; x a[16, 26) b[16, 26); y a[26, 100) b[26, 100) b[0, 1)",
                placed(report));
        assertEquals(List.of("c", "a"), report.refusals().stream().map(SpaceReport.Refused::name).toList());
        assertEquals(List.of("a", "b"), report.spaces().stream().map(SpaceReport.Mapped::name).toList());
        assertEquals("fast, x, y", report.spaces().getFirst().note());
        assertEquals(11 + 10, report.used());
    }

    @Test
    void run_beside_continuesAPlacement() throws Exception {
        SpaceReport report = run(
                "space volumes; source a 9; source b 9; allocate v 4 stripes=2; allocate w 4 stripes=2 beside=v policy=contiguous; free v; allocate x 30");

        assertEquals("v a[0, 2) b[0, 2); w a[2, 4) b[2, 4)", placed(report));
        assertTrue(
                report.refusals().getFirst().reason()
                        .contains("30 extents as 1 stripe, NORMAL, need 30 on 1 leg: 16 are missing"),
                report.refusals().toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {
        "# nothing                                   ~ nothing in the file (expected: a line that begins with: space)",
        "allocate a 1                                ~ line 1: allocate (expected: space extents, space bitmap or space volumes, before anything else)",
        "space                                       ~ line 1: the line ends (expected: extents, bitmap or volumes)",
        "space disk                                  ~ line 1: space: disk (expected: extents, bitmap, volumes)",
        "space bitmap                                ~ line 1: a bitmap without capacity= (expected: its units)",
        "space bitmap capacity=0                     ~ line 1: capacity=: 0 (expected: a whole number from 1 on, such as 100, 64k or 2M)",
        "space bitmap capacity=9000000000000000      ~ space bitmap: 9000000000000000 units (expected: as many as half the Java heap has bits for, HEAP)",
        "space extents start=9223372036854775807 capacity=1 ~ line 1: start=: 9223372036854775807 (expected: a whole number from 0 on, such as 100, 64k or 2M)",
        "space extents polcy=best                    ~ line 1: polcy=: unknown here (expected: start=, capacity=, policy=)",
        "space extents policy=good                   ~ line 1: policy=: good (expected: end-of-space, first, next, best, worst)",
        "space volumes policy=best                   ~ line 1: policy=: best (expected: contiguous, cling, cling-by-tags, normal, anywhere)",
        "space extents; ; foo                        ~ line 3: foo (expected: allocate or free)",
        "space extents; allocate                     ~ line 2: the line ends (expected: a name)",
        "space extents; allocate a                   ~ line 2: the line ends (expected: length)",
        "space extents; allocate a x                 ~ line 2: length: x (expected: a whole number from 1 on, such as 100, 64k or 2M)",
        "space extents; allocate a -1                ~ line 2: length: -1 (expected: a whole number from 1 on, such as 100, 64k or 2M)",
        "space extents; allocate a 1 align=3         ~ line 2: align=: 3 (expected: a power of two)",
        "space extents; allocate a 1 align=2 at=4    ~ line 2: align= with at= (expected: one of them)",
        "space extents; allocate a 1 at=4 at=4       ~ line 2: at=: twice (expected: once)",
        "space extents; allocate a 1 2               ~ line 2: 2: unknown here (expected: align=, at=)",
        "space extents; allocate a 1; allocate a 1   ~ line 3: allocate a: live already (expected: a new name, or one that was freed)",
        "space extents; free a                       ~ line 2: free a: nothing is left of it (expected: a live allocation)",
        "space extents; allocate a 1; free a; free a ~ line 4: free a: nothing is left of it (expected: a live allocation)",
        "space extents; allocate a 1; free a offset=1 ~ line 3: offset= without length= (expected: both, or none to free all)",
        "space extents; allocate a 4; free a offset=2 length=3 ~ line 3: free a: 3 from its offset 2 are not all its own (expected: a part of what is left, [[0, 4)])",
        "space volumes; source a                     ~ line 2: the line ends (expected: capacity)",
        "space volumes; source a 1 tier=slow         ~ line 2: tier=: slow (expected: fast, capacity, archive)",
        "space volumes; source a 1 tags=x,,y         ~ line 2: tags=x,,y: an empty name (expected: names with commas between)",
        "space volumes; source a 1; source a 1       ~ line 3: source a: in the set already (expected: another name)",
        "space volumes; remove b                     ~ line 2: source b: not in the set (expected: one of [])",
        "space volumes; allocatable a maybe          ~ line 2: allocatable: maybe (expected: yes or no)",
        "space volumes; allocate a 3 stripes=2       ~ line 2: extents: 3 (expected: a multiple of the 2 stripes)",
        "space volumes; allocate a 3 mirrors=2       ~ line 2: mirrors=: unknown here (expected: policy=, tiers=, stripes=, copies=, parity=, metadata=, domains=, apart, approximate, beside=)",
        "space volumes; allocate a 3 beside=b        ~ line 2: beside=b: nothing is left of it (expected: a live placement)",
        "space volumes; source a 9; allocate b 3; free b source=a ~ line 4: source= or offset= alone (expected: both, or none to free all)",
        "space volumes; source a 9; allocate b 3; free b source=a offset=1 ~ line 4: free b: no piece begins at 1 of a (expected: one of [a[0, 3)])",
    })
    void run_badScript_namesTheLine(String script, String message) {
        String heap = Long.toString(Runtime.getRuntime().maxMemory() / 2 * Byte.SIZE);
        ScriptException e = assertThrows(ScriptException.class, () -> run(script));
        assertEquals(message.replace("HEAP", heap), e.getMessage());
    }

    @Test
    void run_volumesOverABitmap_isRefused() {
        ScriptException kind =
                assertThrows(ScriptException.class, () -> run("space volumes", SpaceKind.BITMAP, null, 0));
        assertEquals(
                "line 1: space volumes, replayed over bitmap (expected: extents and bitmap for each other; a set of volumes has requests of its own)",
                kind.getMessage());
        ScriptException policy =
                assertThrows(ScriptException.class, () -> run("space volumes", null, SpacePolicy.BEST_FIT, 0));
        assertEquals(
                "policy BEST_FIT over a set of volumes (expected: extents or a bitmap; requests to a set name their own)",
                policy.getMessage());
    }

    @Test
    void run_binaryFile_isRefused() throws IOException {
        Path file = folder.resolve("binary");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        ScriptException e = assertThrows(ScriptException.class, () -> SpaceReplay.run(file, null, null, 0));
        assertEquals("binary: not a text (expected: lines in UTF-8)", e.getMessage());
    }

    @Test
    void table_manyRows_areCutShort() throws Exception {
        SpaceReport report = run("space extents; allocate a 1; allocate b 1; allocate c 1");
        List<String> lines = new SpaceTable(report, 2).lines();

        assertEquals("script: extents, FIRST_FIT", lines.getFirst());
        assertEquals("3 requests: 3 placed, 0 refused, 0 freed", lines.get(1));
        assertEquals("3           b: 1 -> [1, 2)", lines.get(5));
        assertEquals("...         and 1 more (--rows; --json has all)", lines.get(6));
        assertEquals("at most 3 units were in use; the space was sound (4 validations)", lines.getLast());
    }

    @Test
    void json_hasTheDocumentedKeysAndEveryPlacement() throws Exception {
        StringWriter out = new StringWriter();
        SpaceJson.write(run("space volumes; source a 9; source b 9; allocate v 4 copies=2; allocate w 90"), out);
        String json = out.toString();

        List<String> spaceKeys =
                List.of("name", "note", "start", "end", "used", "free", "largestFree", "fragmentation");
        List<String> partKeys = List.of("source", "offset", "length", "role", "stripe", "copy");
        List<String> expected =
                new ArrayList<>(List.of("script", "kind", "policy", "requests", "frees", "skippedFrees", "peakUsed",
                        "used", "free", "largestFree", "fragmentation", "spaces"));
        expected.addAll(spaceKeys);
        expected.addAll(spaceKeys);
        expected.addAll(List.of("placements", "line", "name", "requested", "parts"));
        expected.addAll(partKeys);
        expected.addAll(partKeys);
        expected.addAll(List.of("refusals", "line", "name", "reason"));
        assertEquals(expected, keys(json));
        assertTrue(json.contains("\"kind\" : \"VOLUMES\""), json);
        assertTrue(json.contains("\"role\" : \"DATA\",\n      \"stripe\" : 0,\n      \"copy\" : 1"), json);
        assertTrue(json.contains("\"line\" : 5,\n    \"name\" : \"w\""), json);
        assertTrue(json.endsWith("}\n"), json);
    }

    private static List<String> keys(String json) throws IOException {
        List<String> keys = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    keys.add(parser.currentName());
                }
            }
        }
        return keys;
    }

    @Test
    void svg_fewExtents_isABarWithARectangleForEach() throws Exception {
        Document map = svg(run(
                "space volumes; source a<&\"> 100; source b 100 tags=x; allocate v 40 copies=2 metadata=4; allocate p 40 stripes=2 parity=1"));

        assertEquals(2, count(map, "rect", "free") - 1, "bars, and one in the legend");
        assertEquals(2 + 1, count(map, "rect", "data edge") + count(map, "rect", "data"));
        assertEquals(2, count(map, "rect", "metadata edge"));
        assertEquals("script: volumes, NORMAL", map.getElementsByTagName("title").item(0).getTextContent());
        assertTrue(text(map).contains("a<&\"> (capacity): 44 of 100 used"), text(map));
        assertTrue(text(map).contains("v 0.1"), text(map));
        assertTrue(text(map).contains("parity"), text(map));
    }

    @Test
    void svg_manyExtents_isAGridOfBoundedSize() throws Exception {
        Random random = new Random(7);
        StringBuilder script = new StringBuilder("space bitmap capacity=1M\n");
        for (int i = 0; i < 100_000; i++) {
            script.append("allocate n").append(i).append(' ').append(1 + random.nextInt(9)).append('\n');
        }
        for (int i = 0; i < 100_000; i += 2) {
            script.append("free n").append(i).append('\n');
        }
        SpaceReport report = run(script.toString(), null, null, 0);
        StringWriter out = new StringWriter();
        SpaceSvg.write(report, out);
        Document map = parse(out.toString());

        assertTrue(out.toString().length() < 400_000, "length: " + out.toString().length());
        assertEquals(50_000, report.spaces().getFirst().parts().size());
        assertTrue(count(map, "rect", "s3") > 500, "cells that are half full: " + count(map, "rect", "s3"));
        assertTrue(text(map).contains("to 100 % used"), text(map));
    }

    @Test
    void svg_gridCells_areAsDarkAsFull() throws Exception {
        StringBuilder script = new StringBuilder("space bitmap capacity=2304\n");
        for (int i = 0; i < 300; i++) {
            script.append("allocate n").append(i).append(" 1 at=").append(2 * i).append('\n');
        }
        Document map = svg(run(script.toString(), null, null, 0));

        // 2,304 cells of one unit: 300 are full, the others are free.
        assertEquals(300 + 1, count(map, "rect", "s5"));
        assertEquals(2_004 + 1, count(map, "rect", "free"));
    }

    @Test
    void svg_emptySpace_saysSo() throws Exception {
        assertTrue(text(svg(run("space extents"))).contains("empty"));
        assertTrue(text(svg(run("space volumes"))).contains("0 units used"));
    }

    private static Document svg(SpaceReport report) throws Exception {
        StringWriter out = new StringWriter();
        SpaceSvg.write(report, out);
        return parse(out.toString());
    }

    private static Document parse(String xml) throws Exception {
        assertTrue(xml.contains("prefers-color-scheme: dark"));
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }

    private static int count(Document map, String tag, String style) {
        int count = 0;
        for (int i = 0; i < map.getElementsByTagName(tag).getLength(); i++) {
            if (map.getElementsByTagName(tag).item(i).getAttributes().getNamedItem("class").getTextContent()
                    .equals(style)) {
                count++;
            }
        }
        return count;
    }

    private static String text(Document map) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < map.getElementsByTagName("text").getLength(); i++) {
            text.append(map.getElementsByTagName("text").item(i).getTextContent()).append('\n');
        }
        return text.toString() + map.getElementsByTagName("desc").item(0).getTextContent();
    }
}
