package dev.ashlar.bench.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ChildProcessTest {
    @Test
    void run_manyConversationsOpen_doesNotWaitForThem() throws IOException, InterruptedException {
        List<Conversation> open = new ArrayList<>();
        for (int i = 0; i < 3 * Runtime.getRuntime().availableProcessors(); i++) {
            open.add(Conversation.open("cat", List.of("cat")));
        }
        try {
            assertEquals("hello", open.getFirst().ask("hello"));
            assertEquals("x\n", ChildProcess.run(List.of("sh", "-c", "echo $A"), Map.of("A", "x")).outOrFail("echo"));
        } finally {
            open.forEach(Conversation::close);
        }
    }

    @Test
    void ask_processThatEnds_throwsWhatItSaid() throws IOException {
        try (Conversation conversation =
                Conversation.open("it", List.of("sh", "-c", "read line; echo no room >&2; exit 3"))) {
            IOException e = assertThrows(ChildFailedException.class, () -> conversation.ask("go"));

            assertEquals("it: no room", e.getMessage());
        }
    }

    @Test
    void outOrFail_otherExitCode_showsTheLastLines() throws IOException, InterruptedException {
        ChildProcess.Output output = ChildProcess.run(List.of("sh", "-c", "echo a; echo b; exit 7"), Map.of());

        IOException e = assertThrows(ChildFailedException.class, () -> output.outOrFail("it"));

        assertEquals(
                "it: the process ended with exit code 7 (expected: 0); it said:\n  a\n  b", e.getMessage());
    }

    @Test
    void javaCommand_runsOnTheClassPath() {
        List<String> command = JavaCommand.of(ChildProcessTest.class, 1 << 20, true, List.of("x"));

        assertTrue(command.contains("-Xmx1048576"), command.toString());
        assertTrue(command.contains("--sun-misc-unsafe-memory-access=allow"), command.toString());
        assertEquals(List.of(ChildProcessTest.class.getName(), "x"),
                command.subList(command.size() - 2, command.size()));
    }
}
