package dev.ashlar.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** {@code ashlar space list}, {@code stats} and {@code map}, over a second JVM. */
@Timeout(120)
class SpaceCommandsTest {
    private static final String DIRECTORY = "ashlar.attach.directory";

    @TempDir
    static Path directory;

    private static SpaceProcess process = none();

    /** A field has no value before the first test. */
    @SuppressWarnings("NullAway")
    private static SpaceProcess none() {
        return null;
    }

    @BeforeAll
    static void start() throws IOException {
        Path sockets = directory.resolve("ashlar");
        System.setProperty(DIRECTORY, sockets.toString());
        process = new SpaceProcess(sockets, directory.resolve("query.spill"));
    }

    @AfterAll
    static void end() throws IOException {
        process.close();
        System.clearProperty(DIRECTORY);
        assertFalse(Files.exists(directory.resolve("query.spill")));
    }

    private static String done(String... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
        return run.out();
    }

    private static JsonNode json(String... arguments) throws IOException {
        return new ObjectMapper().readTree(done(arguments));
    }

    private static void fails(int exitCode, String message, String... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertEquals(message, run.err().strip());
        assertEquals(exitCode, run.exitCode());
        assertEquals("", run.out());
    }

    @Test
    void list_eachKind_isARowAndAnElement() throws IOException {
        List<String> lines = done("space", "list", process.id()).lines().map(line -> line.strip().replaceAll(" +", " "))
                .toList();
        assertEquals(List.of(
                "# SPACE KIND USED FREE LARGEST FRAGMENTED UNIT",
                "1 file extents 50 B 100 B 100 B 0.00 bytes",
                "2 bits bitmap 10,000 90,000 90 1.00 blocks",
                "3 disks volumes 100 1,400 950 0.00 extents",
                "4 query spill file 12.0 KiB 0 B 0 B 0.00 bytes"), lines);
        JsonNode spaces = json("space", "list", process.id(), "--json");
        assertEquals("SPILL_FILE", spaces.get(3).get("kind").asText());
        assertEquals(4, spaces.size());
    }

    @Test
    void stats_ofSetAndSpill_haveSourcesAndCounters() throws IOException {
        String text = done("space", "stats", process.id(), "disks");
        assertTrue(text.startsWith("space 'disks', volumes\n  100 extents used, 1,400 extents free, "), text);
        assertTrue(text.contains("\n  right        500   450      450     1       1"), text);
        JsonNode spill = json("space", "stats", process.id(), "query", "--json");
        assertEquals(10_000, spill.get("spill").get("spilledBytes").asLong());
        assertEquals(12_288, spill.get("used").asLong());
        String all = done("space", "stats", process.id());
        assertTrue(all.contains("space 'bits', bitmap, ") && all.contains("  1 blocks of 9.8 KiB live"), all);
        assertTrue(json("space", "stats", process.id(), "--json").isArray());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {
        "#1 ~ file of process %s: extents ~ 50 B used, 100 B free, the largest piece 100 B, fragmentation 0.00",
        "bits ~ 1000 parts; line by line from 0 to 100000 ~ to 20 %%",
        "disks ~ disks of process %s: volumes ~ left: 50 of 1000 used",
        "query ~ query of process %s: spill file ~ space: 12288 of 12288 used"
    })
    void map_eachKind_isDrawn(String name, String first, String second) throws IOException {
        Path file = directory.resolve("map.svg");
        assertEquals("wrote " + file + "\n", done("space", "map", process.id(), name, "-o", file.toString()));
        String svg = Files.readString(file);
        assertTrue(svg.startsWith("<svg ") && svg.endsWith("</svg>\n"), svg);
        assertTrue(svg.contains(first.formatted(process.id())), svg);
        assertTrue(svg.contains(second.formatted()), svg);
    }

    @Test
    void name_thatIsNone_isExit4() {
        CommandRun run = CommandRun.of("space", "stats", process.id(), "none");
        assertEquals(4, run.exitCode());
        assertTrue(run.err().startsWith("ashlar space stats: process " + process.id() + ": space: none (expected: "),
                run.err());
    }

    @Test
    void processWithPoolsOnly_publishesNone() throws IOException {
        try (PoolProcess pools = new PoolProcess(directory.resolve("ashlar"), "query")) {
            for (String command : new String[] {"list", "stats"}) {
                CommandRun run = CommandRun.of("space", command, pools.id());
                assertEquals(0, run.exitCode());
                assertEquals("process " + pools.id() + " publishes no space", run.err().strip());
            }
            fails(4, "ashlar space map: process " + pools.id()
                    + ": space: x (expected: one that is published; none is)",
                    "space", "map", pools.id(), "x", "-o", directory.resolve("x.svg").toString());
            assertFalse(Files.exists(directory.resolve("x.svg")));
            // A process that only publishes spaces has no pool to list.
            assertEquals(1, json("list", "--json").size());
        }
    }

    @Test
    void poolCommand_onAProcessWithSpacesOnly_isExit4() {
        fails(4, "ashlar stats: process " + process.id() + ": no open pool that can be attached to", "stats",
                process.id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "stats", "map"})
    void help_hasAnExampleAndFitsTheScreen(String command) {
        String help = done("space", command, "--help");
        assertTrue(help.contains("\nExample"), help);
        assertTrue(help.contains("./ashlar space " + command + " 4711"), help);
        help.lines().forEach(line -> assertTrue(line.length() <= 100, line));
    }

    @Test
    void wrongUsage_isExit2() {
        fails(2, "ashlar space list: Missing required parameter: 'PID'; see ./ashlar space list --help", "space",
                "list");
        fails(2, "ashlar space map: --output: x.png (expected: a name that ends with .svg); see ./ashlar space map --help",
                "space", "map", "1", "x", "-o", "x.png");
    }
}
