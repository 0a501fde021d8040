package dev.ashlar.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** {@code ashlar space replay} from the command line to its table, JSON and map. */
class SpaceReplayCommandTest {
    @TempDir
    Path folder;

    private String script(String... lines) throws IOException {
        Path file = folder.resolve("requests");
        Files.writeString(file, String.join("\n", lines));
        return file.toString();
    }

    @Test
    void replay_volumes_printsPlacementsAndRefusals() throws IOException {
        CommandRun run = CommandRun.of("space", "replay", script("space volumes", "source a 10", "source b 10",
                "allocate v 8 stripes=2", "allocate w 99", "free v"));

        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
        assertTrue(run.out().startsWith("requests: volumes, NORMAL\n5 requests: 1 placed, 1 refused, 1 freed\n"),
                run.out());
        assertTrue(run.out().contains("\n4           v: 8 -> a[0, 4) b[0, 4)\n"), run.out());
        assertTrue(
                run.out().contains(
                        "\n5           w: 99 extents as 1 stripe, NORMAL, need 99 on 1 leg: 87 are missing; a: 6 free"),
                run.out());
        assertTrue(run.out().contains("\nall                 20                0               20 "), run.out());
    }

    @Test
    void replay_overABitmapByAnotherPolicy_doesBoth() throws IOException {
        String script = script("space extents capacity=100", "allocate a 10", "allocate b 10", "allocate c 10",
                "free b", "allocate d 5");
        CommandRun run = CommandRun.of("space", "replay", "--space=bitmap", "--policy=end", "--validate-every=1",
                "--rows=1", script);

        assertEquals("", run.err());
        assertTrue(run.out().startsWith("requests: bitmap, END_OF_SPACE\n"), run.out());
        assertTrue(run.out().contains("and 3 more"), run.out());
        assertTrue(run.out().contains("(6 validations)"), run.out());
    }

    @Test
    void replay_jsonAndMap_areWritten() throws IOException {
        Path map = folder.resolve("map.svg");
        CommandRun run =
                CommandRun.of("space", "replay", script("space extents", "allocate a 10"), "--json=-", "--svg=" + map);

        assertEquals("", run.err());
        assertTrue(run.out().startsWith("{"), run.out());
        assertTrue(run.out().contains("\"peakUsed\" : 10"), run.out());
        assertTrue(Files.readString(map).startsWith("<svg xmlns="));
    }

    @Test
    void replay_badLine_isExit1AndNamesIt() throws IOException {
        CommandRun run = CommandRun.of("space", "replay", script("space extents", "", "allocate a ten"));

        assertEquals(
                "ashlar space replay: line 3: length: ten (expected: a whole number from 1 on, such as 100, 64k or 2M)",
                run.err().strip());
        assertEquals(1, run.exitCode());
        assertEquals("", run.out());
    }

    @Test
    void replay_examples_run() {
        Path examples =
                Path.of(Objects.requireNonNullElse(System.getProperty("ashlar.home"), "..")).resolve("examples");
        for (String example : new String[] {"file.space", "volumes.space"}) {
            CommandRun run =
                    CommandRun.of("space", "replay", "--validate-every=1", examples.resolve(example).toString());
            assertEquals("", run.err());
            assertTrue(run.out().contains("the space was sound"), run.out());
        }
    }

    @Test
    void help_namesEveryOption() {
        CommandRun run = CommandRun.of("space", "replay", "--help");
        for (String option : new String[] {"--space=KIND", "--policy=P", "--rows=N", "--validate-every=N", "--svg=FILE",
            "--json=FILE|-", "Exit codes:", "FILE"}) {
            assertTrue(run.out().contains(option), option);
        }
        run.out().lines().forEach(line -> assertTrue(line.length() <= 100, line));
        CommandRun space = CommandRun.of("space");
        assertEquals(0, space.exitCode());
        assertTrue(space.out().contains("replay  Replay allocate and free requests"), space.out());
    }
}
