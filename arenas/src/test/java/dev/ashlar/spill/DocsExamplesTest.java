package dev.ashlar.spill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.testing.ChildJvm;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** The examples of the pages run as they are printed, and print what the page says: each block with imports of Ashlar is one, and the block after it what it prints. */
class DocsExamplesTest {
    private static final String INDENT = "    ";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"spill.md, 1", "space.md, 2", "volumes.md, 1"})
    void page_eachExample_printsWhatItSays(String page, int examples) throws IOException {
        List<String> blocks = blocks(Files.readAllLines(home().resolve("docs").resolve(page)));
        int run = 0;
        for (int i = 0; i < blocks.size(); i++) {
            if (blocks.get(i).contains("import dev.ashlar.")) {
                assertEquals(new ChildJvm.Result(0, blocks.get(i + 1), ""), run(blocks.get(i)), page);
                run++;
            }
        }
        assertEquals(examples, run, page);
    }

    private ChildJvm.Result run(String example) throws IOException {
        Path source = directory.resolve("Example.java");
        Files.writeString(source, example.contains("void main()") ? example : inMain(example));
        List<String> command =
                new ArrayList<>(ChildJvm.command(MemoryPool.class, List.of("--enable-native-access=ALL-UNNAMED")));
        command.set(command.size() - 1, source.toString());
        return ChildJvm.run(command);
    }

    /** Statements alone become a program. */
    private static String inMain(String statements) {
        String imports = statements.lines().filter(DocsExamplesTest::isImport).collect(Collectors.joining("\n"));
        String body = statements.lines().filter(line -> !isImport(line)).collect(Collectors.joining("\n"));
        return imports + "\nvoid main() throws Exception {\n" + body + "\n}\n";
    }

    private static boolean isImport(String line) {
        return line.startsWith("import ");
    }

    /** Fenced and indented blocks, without their marks. */
    private static List<String> blocks(List<String> lines) {
        List<String> blocks = new ArrayList<>();
        StringBuilder block = new StringBuilder();
        boolean isFenced = false;
        boolean isIndented = false;
        String before = "";
        for (String line : lines) {
            boolean isFence = line.startsWith("```");
            boolean belongs = isFenced ? !isFence
                    : (line.startsWith(INDENT) && (isIndented || before.isEmpty())) || (isIndented && line.isEmpty());
            isIndented = belongs && !isFenced;
            if (belongs) {
                block.append(isFenced || line.isEmpty() ? line : line.substring(INDENT.length())).append('\n');
            } else if (!block.isEmpty()) {
                blocks.add(block.toString().stripTrailing() + "\n");
                block.setLength(0);
            }
            isFenced ^= isFence;
            before = line;
        }
        return blocks;
    }

    /** The project's folder, from a module's or from itself. */
    private static Path home() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/spill.md"))) {
            folder = Objects.requireNonNull(folder.getParent(), "no docs/spill.md above the working directory");
        }
        return folder;
    }
}
