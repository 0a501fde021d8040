package dev.ashlar.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The completion script, in a real shell. */
class CompletionCommandTest {
    @TempDir
    static Path directory;

    @BeforeAll
    static void checkShell() throws IOException {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "bash is not installed");
        CommandRun run = CommandRun.of("completion");
        assertEquals(0, run.exitCode(), run.err());
        Files.writeString(directory.resolve("ashlar"), run.out());
    }

    private static List<String> bash(String script) throws Exception {
        Process bash = new ProcessBuilder("/bin/bash", "--norc", "-c", script)
                .directory(directory.toFile()).redirectErrorStream(true).start();
        List<String> lines = bash.inputReader().lines().toList();
        assertEquals(0, bash.waitFor(), lines::toString);
        return lines;
    }

    @Test
    void script_isOne() throws Exception {
        assertEquals(List.of(), bash("bash -n ashlar"));
    }

    @ParameterizedTest
    @CsvSource({"st, stats", "def, defrag", "wh, whatif"})
    void commandThatBegins_isCompleted(String begun, String whole) throws Exception {
        assertEquals(List.of(whole), completed("./ashlar", begun));
    }

    @ParameterizedTest
    @CsvSource({"stats, --w, --watch", "defrag, --a, --arena", "record, --max, --max-bytes"})
    void optionThatBegins_isCompleted(String command, String begun, String whole) throws Exception {
        assertEquals(List.of(whole), completed("./ashlar " + command, begun));
    }

    /** As bash calls it: the words of the line, and which one the cursor is in. Options of completion can be set by bash alone. */
    private static List<String> completed(String before, String begun) throws Exception {
        List<String> lines = bash(
                "source ./ashlar; compopt() { :; }; COMP_WORDS=(" + before + " " + begun
                        + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1));"
                        + " COMP_LINE=\"${COMP_WORDS[*]}\"; _complete_ashlar; printf '%s\\n' \"${COMPREPLY[@]}\"");
        return lines.stream().map(String::strip).toList();
    }

    @Test
    void script_namesEveryCommand() throws IOException {
        String script = Files.readString(directory.resolve("ashlar"));
        for (String command : Main.commandLine(java.util.Map.of()).getSubcommands().keySet()) {
            assertTrue(script.contains(command), command);
        }
    }
}
