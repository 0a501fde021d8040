package dev.ashlar.heap;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** docs/cases.md names a test for every case that a one-owner heap can meet, and every test that it names is there. */
class CaseIndexTest {
    private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\|.*");
    private static final Pattern TEST = Pattern.compile("`([a-z.]+\\.)?([A-Z]\\w+)#(\\w+)`");

    @Test
    void index_eachCase_namesTestsThatExist() throws IOException, ClassNotFoundException {
        Set<Integer> covered = new TreeSet<>();
        for (String line : Files.readAllLines(home().resolve("docs/cases.md"))) {
            if (line.equals("## The pool")) {
                break;
            }
            Matcher row = ROW.matcher(line);
            if (!row.matches()) {
                continue;
            }
            int tests = 0;
            for (Matcher test = TEST.matcher(line); test.find(); tests++) {
                String type = "dev.ashlar." + (test.group(1) == null ? "heap." : test.group(1)) + test.group(2);
                List<String> methods =
                        Arrays.stream(Class.forName(type).getDeclaredMethods()).map(Method::getName).toList();
                assertTrue(methods.contains(test.group(3)), () -> "no such test: " + test.group());
            }
            assertTrue(tests > 0, () -> "no test: " + line);
            covered.add(Integer.valueOf(row.group(1)));
        }
        List<Integer> expected = new ArrayList<>(IntStream.rangeClosed(1, 27).boxed().toList());
        expected.addAll(List.of(49, 50, 52, 54, 57));
        assertEquals(expected, List.copyOf(covered));
    }

    private static Path home() {
        String home = System.getProperty("ashlar.home");
        return home == null ? Path.of("").toAbsolutePath() : Path.of(home);
    }
}
