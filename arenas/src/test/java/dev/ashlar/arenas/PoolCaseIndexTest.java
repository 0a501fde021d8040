package dev.ashlar.arenas;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** docs/cases.md names a test for every case that a pool can meet, and every test that it names is there and is of that case. */
class PoolCaseIndexTest {
    private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\|.*");
    private static final Pattern TEST = Pattern.compile("`([a-z]+\\.)?([A-Z]\\w+)#(\\w+)`");

    @Test
    void index_eachCase_namesTestsThatExist() throws IOException, ClassNotFoundException {
        Set<Integer> covered = new TreeSet<>();
        List<String> lines = Files.readAllLines(home().resolve("docs/cases.md"));
        for (String line : lines.subList(lines.indexOf("## The pool"), lines.size())) {
            Matcher row = ROW.matcher(line);
            if (!row.matches()) {
                continue;
            }
            int tests = 0;
            for (Matcher test = TEST.matcher(line); test.find(); tests++) {
                String type = "dev.ashlar." + (test.group(1) == null ? "arenas." : test.group(1)) + test.group(2);
                List<String> methods =
                        Arrays.stream(Class.forName(type).getDeclaredMethods()).map(Method::getName).toList();
                assertTrue(methods.contains(test.group(3)), () -> "no such test: " + test.group());
                String number = "case%02d_".formatted(Integer.valueOf(row.group(1)));
                assertTrue(test.group(3).contains(number), () -> test.group() + " is not of " + number);
            }
            assertTrue(tests > 0, () -> "no test: " + line);
            covered.add(Integer.valueOf(row.group(1)));
        }
        List<Integer> expected = IntStream.rangeClosed(1, 56).boxed().toList();
        assertEquals(expected, List.copyOf(covered));
    }

    private static Path home() {
        String home = System.getProperty("ashlar.home");
        return home == null ? Path.of("").toAbsolutePath() : Path.of(home);
    }
}
