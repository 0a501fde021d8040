package dev.ashlar.jcstress;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.StringTokenizer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Runs all jcstress tests, in a process of its own: for a little more than a minute, or as {@code -Dashlar.jcstress} says, which replaces the
 * options of the short run; see docs/testing.md.
 */
class JcstressTest {
    /**
     * One virtual machine for each test, one configuration. Few states at a time, as some are a pool, or wait for milliseconds. Starting machines is
     * what takes the time, so their start is made cheap.
     */
    private static final String SHORT =
            "-c 2 -f 1 -fsm 1 -sc false -iters 2 -time 150 -strideSize 32 -strideCount 8 -hs 128 -pth false -jvmArgs"
                    + " --enable-native-access=ALL-UNNAMED,-ea,-XX:+UseSerialGC";

    private static final Pattern RESULTS = Pattern.compile(
            "Results: (\\d+) planned; (\\d+) passed, (\\d+) failed, (\\d+) soft errs, (\\d+) hard errs");

    @Test
    void allTransitions_haveNoForbiddenOutcome() throws IOException, InterruptedException {
        Path results = Path.of(Objects.requireNonNull(System.getProperty("ashlar.jcstress.results")));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "org.openjdk.jcstress.Main",
                "-r",
                results.toString()));
        StringTokenizer options = new StringTokenizer(System.getProperty("ashlar.jcstress", SHORT));
        while (options.hasMoreTokens()) {
            // Several arguments for the machine are one of jcstress.
            command.add(options.nextToken().replace(',', ' '));
        }
        results.toFile().mkdirs();
        Process process =
                new ProcessBuilder(command).directory(results.toFile()).redirectErrorStream(true).start();
        String last = "";
        List<String> output = new ArrayList<>();
        try (BufferedReader reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                output.add(line);
                last = RESULTS.matcher(line).find() ? line : last;
            }
        }
        int exit = process.waitFor();
        String report = String.join("\n", output);
        Matcher counts = RESULTS.matcher(last);
        // It ends with 0 as well if it finds no test.
        assertTrue(counts.find(), () -> "no results (expected: of some tests)\n" + report);
        assertEquals(counts.group(1), counts.group(2), () -> "passed, of those planned\n" + report);
        assertEquals(0, exit, report);
        System.out.println("jcstress: " + last.strip());
    }
}
