package dev.ashlar.cli;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MainTest {
    @Test
    void noArguments_printsTheHelp() {
        CommandRun run = CommandRun.of();

        assertEquals(0, run.exitCode());
        assertTrue(run.out().startsWith("Usage: ashlar "), run.out());
        String commands = run.out().replaceAll(" +", " ");
        assertTrue(commands.contains("replay Replay recorded allocation traces"), run.out());
        assertTrue(commands.contains("workload Run the field's"), run.out());
        assertTrue(commands.contains("compare Compare Ashlar"), run.out());
        assertTrue(commands.contains("space See how Ashlar allocates the space"), run.out());
        assertEquals("", run.err());
    }

    @Test
    void help_namesEveryOptionAndExitCode() {
        CommandRun run = CommandRun.of("replay", "--help");

        assertEquals(0, run.exitCode());
        for (String option : new String[] {
            "--policy=P", "--coalescing=C", "--passes=N", "--verify", "--validate-every=N", "--json=FILE|-",
            "--allocators=A[,B...]", "--heap", "--parallel", "--capacity=SIZE", "--region-size=SIZE", "--stacktrace",
            "Exit codes:"
        }) {
            assertTrue(run.out().contains(option), option);
        }
        run.out().lines().forEach(line -> assertTrue(line.length() <= 100, line));
    }

    @Test
    void help_groupsTheCommands() {
        String help = CommandRun.of("--help").out();
        int live = help.indexOf("\nSee and steer the pools of a running process:\n");
        int traces = help.indexOf("\nTry settings on recorded traces:\n");
        int others = help.indexOf("\nOther commands:\n");
        assertTrue(0 < live && live < traces && traces < others, help);
        for (String command : new String[] {"list", "stats", "arenas", "policy", "defrag", "limit", "purge", "map",
            "doctor", "record"}) {
            int place = help.indexOf("\n  " + command + " ");
            assertTrue(live < place && place < traces, command);
        }
        Main.commandLine(Map.of()).getSubcommands().keySet()
                .forEach(command -> assertTrue(help.contains("\n  " + command + " "), command));
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "stats", "arenas", "policy", "defrag", "limit", "purge", "map", "doctor", "record",
        "completion"})
    void help_ofACommandThatAttaches_hasAnExampleAndFitsTheScreen(String command) {
        CommandRun run = CommandRun.of(command, "--help");

        assertEquals(0, run.exitCode());
        assertTrue(run.out().contains("\nExample"), run.out());
        assertTrue(run.out().contains("./ashlar " + command), run.out());
        run.out().lines().forEach(line -> assertTrue(line.length() <= 100, line));
    }

    @Test
    void version_namesProgramAndJdk() {
        CommandRun run = CommandRun.of("--version");

        assertEquals(0, run.exitCode());
        assertTrue(run.out().matches("(?s)ashlar \\S.* \\(JDK 25.*\\)\\s+"), run.out());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {
        "rplay ~ ashlar: Unmatched argument at index 0: 'rplay' (did you mean replay?); see ./ashlar --help",
        "--frob ~ ashlar: Unknown option: '--frob'; see ./ashlar --help",
        "replay --capcity 1 ~ ashlar replay: Unknown option: '--capcity' (did you mean --capacity?); see ./ashlar replay --help",
        "replay --policy nice ~ ashlar replay: Invalid value for option '--policy': nice (expected: first, next, best, worst, segregated, adaptive); see ./ashlar replay --help",
        "replay --favour luck ~ ashlar replay: Invalid value for option '--favour': luck (expected: speed, footprint); see ./ashlar replay --help",
        "replay --coalescing never ~ ashlar replay: Invalid value for option '--coalescing': never (expected: immediate, deferred); see ./ashlar replay --help",
        "replay --allocators ashlar,x ~ ashlar replay: Invalid value for option '--allocators' (A[,B...]): x (expected: ashlar, ashlar-confined, ashlar-segment, heap, malloc, arena); see ./ashlar replay --help",
        "replay --heap --allocators malloc ~ ashlar replay: --heap and --allocators (expected: one of them; --heap is --allocators heap,malloc,arena); see ./ashlar replay --help",
        "replay --heap --parallel ~ ashlar replay: parallel: heap has one owner (expected: allocators for many threads, such as ashlar); see ./ashlar replay --help",
        "replay --parallel --allocators malloc,heap ~ ashlar replay: parallel: heap has one owner (expected: allocators for many threads, such as ashlar); see ./ashlar replay --help",
        "replay --parallel=2 ~ ashlar replay: Invalid value for option '--parallel': '2' is not a boolean; see ./ashlar replay --help",
        "space replay ~ ashlar space replay: Missing required parameter: 'FILE'; see ./ashlar space replay --help",
        "space repaly ~ ashlar space: Unmatched argument at index 1: 'repaly' (did you mean replay?); see ./ashlar space --help",
        "space replay /no/such/file ~ ashlar space replay: /no/such/file: not there, or no file (expected: a text file of requests); see ./ashlar space replay --help",
        "space replay --policy nice x ~ ashlar space replay: Invalid value for option '--policy': nice (expected: end, first, next, best, worst); see ./ashlar space replay --help",
        "space replay --space volumes x ~ ashlar space replay: Invalid value for option '--space': volumes (expected: extents, bitmap); see ./ashlar space replay --help",
        "space replay --svg - x ~ ashlar space replay: --svg: - (expected: a file); see ./ashlar space replay --help",
        "space replay --svg /no/such/folder/x x ~ ashlar space replay: --svg: /no/such/folder/x can't be written (expected: a file in a writable folder); see ./ashlar space replay --help",
        "space replay --rows 0 x ~ ashlar space replay: Invalid value for option '--rows': 0 (expected: a whole number from 1 to 2147483647); see ./ashlar space replay --help",
        "workload ~ ashlar workload: Missing required parameter: 'NAME|all'; see ./ashlar workload --help",
        "workload larsen ~ ashlar workload: Invalid value for positional parameter at index 0..* (NAME|all): larsen (expected: larson, xmalloc, xmalloc-sizes, mstress, rptest, alloc-test, sh6bench, sh8bench, cache-scratch, cache-thrash, glibc-simple, glibc-thread, malloc-large, mleak, engine); see ./ashlar workload --help",
        "workload larson --threads 0 ~ ashlar workload: Invalid value for option '--threads': 0 (expected: a whole number from 1 to 2147483647); see ./ashlar workload --help",
        "compare --seconds-per-cell 0 ~ ashlar compare: Invalid value for option '--seconds-per-cell': 0 (expected: seconds, more than 0 and at most a day); see ./ashlar compare --help",
        "compare --json /no/such/folder/x ~ ashlar compare: --json: /no/such/folder/x can't be written (expected: a file in a writable folder, or -); see ./ashlar compare --help",
        "replay --passes 0 ~ ashlar replay: Invalid value for option '--passes': 0 (expected: a whole number from 1 to 2147483647); see ./ashlar replay --help",
        "replay --validate-every x ~ ashlar replay: Invalid value for option '--validate-every': x (expected: a whole number from 1 to 2147483647); see ./ashlar replay --help",
        "replay --json ~ ashlar replay: Missing required parameter for option '--json' (FILE|-); see ./ashlar replay --help",
        "replay --region-size 3MiB --capacity 1g x ~ ashlar replay: trace x: neither a carried trace nor a file (expected: sqlite, rocksdb, clickhouse, python, or the path of an ATRC file); see ./ashlar replay --help"
    })
    void wrongUsage_isOneLineAndExit2(String arguments, String message) {
        CommandRun run = CommandRun.of(arguments.split(" "));

        assertEquals(message, run.err().strip());
        assertEquals(2, run.exitCode());
        assertEquals("", run.out());
    }
}
