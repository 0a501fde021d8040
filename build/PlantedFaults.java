import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Takes one guard away at a time, and says which test notices: {@code build/planted-faults [-k] [NAME...]}.
 *
 * <p>Everything is compiled once, by javac, into a temporary directory. A fault is then one changed source, compiled by itself and put before the rest on
 * the class path, so the project's own files are never touched. First the tests must pass without a fault; {@code -k} skips that.
 *
 * <p>Exits with 1 if a fault is not noticed, if a test fails without one, or if the text to be replaced is not found exactly once.
 */
public final class PlantedFaults {
    private static final long LIMIT_SECONDS = 150;

    private static final Pattern JCSTRESS_FAILURES =
            Pattern.compile("Results: .* ([1-9]\\d* failed|[1-9]\\d* soft errs|[1-9]\\d* hard errs)");

    private record Edit(String find, String with) {}

    private record Fault(String name, String why, String file, List<Edit> edits, List<String> tests) {}

    /** The project, of which only Maven's wrapper is used once its sources are copied: it may go on changing meanwhile. */
    private final Path home;

    private final Path sources;
    private final Path work;
    private final Path javaHome = Path.of(System.getProperty("java.home"));
    private String jars = "";

    private PlantedFaults(Path home, Path work) {
        this.home = home;
        this.work = work;
        sources = work.resolve("sources");
    }

    public static void main(String[] args) throws Exception {
        List<String> names = new ArrayList<>(List.of(args).subList(1, args.length));
        boolean skipBaseline = names.remove("-k");
        Path work = Files.createTempDirectory("planted-faults-");
        boolean sound;
        try {
            sound = new PlantedFaults(Path.of(args[0]), work).run(names, skipBaseline);
        } finally {
            try (Stream<Path> files = Files.walk(work)) {
                files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
            }
        }
        System.exit(sound ? 0 : 1);
    }

    private boolean run(List<String> names, boolean skipBaseline) throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(running)));
        copySources();
        List<Fault> faults = read(home.resolve("build/planted-faults.txt"));
        faults.removeIf(fault -> !names.isEmpty() && !names.contains(fault.name));
        boolean sound = true;
        for (Fault fault : faults) {
            try {
                plant(fault, work.resolve("check"));
            } catch (IllegalStateException e) {
                System.out.println(fault.name + ": " + e.getMessage());
                sound = false;
            }
        }
        if (!sound) {
            return false;
        }
        resolveJars();
        compileAll();
        if (!skipBaseline) {
            Set<String> tests = new LinkedHashSet<>();
            faults.forEach(fault -> tests.addAll(fault.tests));
            for (String test : tests) {
                String outcome = runTest(test, null);
                System.out.printf("%-44s %-60s %s%n", "(no fault)", test, outcome == null ? "passes" : "FAILS: " + outcome);
                if (outcome != null) {
                    System.out.println(last.lines().limit(80).collect(Collectors.joining("\n")).indent(4));
                }
                sound &= outcome == null;
            }
        }
        for (Fault fault : faults) {
            sound &= tryOut(fault);
        }
        return sound;
    }

    private boolean tryOut(Fault fault) throws Exception {
        Path classes = work.resolve("fault-" + fault.name);
        Path source = plant(fault, work.resolve("src-" + fault.name));
        if (exec(List.of(tool("javac"), "-nowarn", "-proc:none", "-d", classes.toString(), "-cp", path("main") + jars, source.toString()), 120)
                .exit != 0) {
            System.out.printf("%-44s does not compile: %s%n", fault.name, last);
            return false;
        }
        for (String test : fault.tests) {
            String outcome = runTest(test, classes);
            if (outcome != null) {
                System.out.printf("%-44s %-60s %s%n", fault.name, test, outcome);
                return true;
            }
        }
        System.out.printf("%-44s %-60s NOT NOTICED%n", fault.name, String.join(", ", fault.tests));
        return false;
    }

    private void copySources() throws IOException {
        for (String module : List.of("core", "arenas", "jcstress")) {
            try (Stream<Path> files = Files.walk(home.resolve(module).resolve("src"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Path copy = sources.resolve(home.relativize(file));
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
            }
        }
    }

    // The faults

    private static List<Fault> read(Path data) throws IOException {
        List<Fault> faults = new ArrayList<>();
        Map<String, List<String>> fields = new LinkedHashMap<>();
        String name = "";
        for (String line : Stream.concat(Files.readAllLines(data).stream(), Stream.of("[end]")).toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("[")) {
                if (!fields.isEmpty()) {
                    faults.add(fault(name, fields));
                }
                name = line.substring(1, line.length() - 1);
                fields = new LinkedHashMap<>();
                continue;
            }
            int equals = line.indexOf('=');
            fields.computeIfAbsent(line.substring(0, equals).strip(), _ -> new ArrayList<>())
                    .add(line.substring(equals + 1).strip());
        }
        return faults;
    }

    private static Fault fault(String name, Map<String, List<String>> fields) {
        List<Edit> edits = new ArrayList<>();
        for (int i = 0; i < fields.get("find").size(); i++) {
            edits.add(new Edit(fields.get("find").get(i), fields.get("with").get(i)));
        }
        return new Fault(
                name, fields.get("why").getFirst(), fields.get("file").getFirst(), edits, fields.get("test"));
    }

    /** Writes the changed source into a directory. White space in the text to be found stands for any white space. */
    private Path plant(Fault fault, Path directory) throws IOException {
        String source = Files.readString(sources.resolve(fault.file));
        for (Edit edit : fault.edits) {
            StringBuilder pattern = new StringBuilder();
            for (String word : edit.find.split("\\s+")) {
                pattern.append(pattern.isEmpty() ? "" : "\\s+").append(Pattern.quote(word));
            }
            Matcher found = Pattern.compile(pattern.toString()).matcher(source);
            long count = found.results().count();
            if (count != 1) {
                throw new IllegalStateException("found %d times in %s (expected: once): %s".formatted(count, fault.file, edit.find));
            }
            source = found.reset().replaceFirst(Matcher.quoteReplacement(edit.with));
        }
        Files.createDirectories(directory);
        return Files.writeString(directory.resolve(Path.of(fault.file).getFileName()), source);
    }

    // Compiling

    /** Has Maven fetch what the tests need, with the versions that the project names. */
    private void resolveJars() throws Exception {
        String project = Files.readString(home.resolve("pom.xml"));
        String junit = version(project, "junit");
        StringBuilder pom = new StringBuilder("<project><modelVersion>4.0.0</modelVersion><groupId>x</groupId>")
                .append("<artifactId>x</artifactId><version>1</version><dependencies>");
        for (String artifact : List.of(
                "org.jctools:jctools-core-jdk11:" + version(project, "jctools"),
                "org.jspecify:jspecify:" + version(project, "jspecify"),
                "org.openjdk.jcstress:jcstress-core:" + version(project, "jcstress"),
                "com.tngtech.archunit:archunit:" + version(project, "archunit"),
                "com.code-intelligence:jazzer-junit:" + version(project, "jazzer"),
                "org.slf4j:slf4j-nop:" + version(project, "slf4j"),
                "org.junit.platform:junit-platform-console-standalone:1." + junit.substring(junit.indexOf('.') + 1))) {
            String[] parts = artifact.split(":");
            pom.append("<dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version></dependency>"
                    .formatted((Object[]) parts));
        }
        Files.writeString(work.resolve("pom.xml"), pom.append("</dependencies></project>"));
        Path lib = work.resolve("lib");
        must(exec(
                List.of(
                        home.resolve("mvnw").toString(), "-q", "-B", "-ntp", "-f", work.resolve("pom.xml").toString(),
                        "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies", "-DoutputDirectory=" + lib),
                600));
        try (Stream<Path> files = Files.list(lib)) {
            // The console has all of JUnit in it: a second copy beside it is one too many.
            files.filter(jar -> !jar.getFileName().toString().matches("(junit-jupiter|junit-platform-(commons|engine|launcher)|opentest4j).*"))
                    .forEach(jar -> jars += File.pathSeparator + jar);
        }
    }

    private static String version(String pom, String name) {
        Matcher found = Pattern.compile("<" + name + "\\.version>([^<]*)<").matcher(pom);
        if (!found.find()) {
            throw new IllegalStateException(name + ".version: not in pom.xml");
        }
        return found.group(1);
    }

    private void compileAll() throws Exception {
        compile("main", jars, List.of("core/src/main/java", "arenas/src/main/java"), false);
        compile("test", path("main") + jars, List.of("core/src/test/java", "arenas/src/test/java"), false);
        compile("jcstress", path("main") + jars, List.of("jcstress/src/main/java"), true);
    }

    private void compile(String to, String classPath, List<String> roots, boolean processors) throws Exception {
        List<String> command = new ArrayList<>(List.of(tool("javac"), "-nowarn", "-encoding", "UTF-8", "-d", work.resolve(to).toString(), "-cp", classPath));
        command.add(processors ? "-proc:full" : "-proc:none");
        for (String root : roots) {
            try (Stream<Path> files = Files.walk(sources.resolve(root))) {
                files.map(Path::toString)
                        .filter(file -> file.endsWith(".java") && !file.endsWith("module-info.java"))
                        .forEach(command::add);
            }
        }
        must(exec(command, 300));
    }

    private String path(String classes) {
        return work.resolve(classes).toString();
    }

    private String tool(String name) {
        return javaHome.resolve("bin").resolve(name).toString();
    }

    // Running tests

    /** Runs a test; null if it passes, else what happened. */
    private String runTest(String test, Path fault) throws Exception {
        String classPath = (fault == null ? "" : fault + File.pathSeparator) + path("main") + File.pathSeparator
                + path(test.startsWith("jcstress ") ? "jcstress" : "test") + jars;
        List<String> command = new ArrayList<>(List.of(
                tool("java"), "-ea", "--enable-native-access=ALL-UNNAMED", "-Dashlar.home=" + home, "-Dashlar.stress.seconds=12"));
        String[] words = test.split(" ");
        command.addAll(List.of("-cp", classPath));
        if (words[0].equals("jcstress")) {
            command.addAll(List.of(
                    "org.openjdk.jcstress.Main", "-t", words[1].replace("$", "\\.") + "$", "-c", "2", "-f", "1", "-fsm", "1", "-sc", "false", "-iters",
                    "5", "-time", "1000", "-strideSize", "32", "-strideCount", "8", "-r", work.resolve("results").toString(), "-jvmArgs",
                    "--enable-native-access=ALL-UNNAMED -ea"));
        } else {
            command.addAll(List.of("org.junit.platform.console.ConsoleLauncher", "execute", "--disable-banner", "--details=none", "--fail-if-no-tests"));
            command.addAll(words[1].contains("#") ? List.of("-m", words[1]) : List.of("-c", words[1]));
        }
        Result result = exec(command, LIMIT_SECONDS);
        if (result.exit == 0 && (words[0].equals("junit") || result.output.contains(" passed, 0 failed"))) {
            return null;
        }
        if (result.exit < 0) {
            return "hangs: stopped after " + LIMIT_SECONDS + " s";
        }
        // A test that does not even run notices nothing.
        boolean ran = words[0].equals("jcstress") ? JCSTRESS_FAILURES.matcher(result.output).find() : result.exit != 2;
        if (!ran) {
            throw new IllegalStateException(test + ": did not run\n" + result.output);
        }
        return cause(result.output);
    }

    /** The line of a report that says most: the innermost cause, the first failure, the forbidden outcome, or how the process died. */
    private static String cause(String output) {
        String line = "failed";
        for (String pattern : List.of("=> .*", "Caused by: .*", "Observed forbidden state: .*", "\\S+ +Forbidden .*", "# +SIG\\w+.*")) {
            String found = "";
            for (Matcher matcher = Pattern.compile(pattern).matcher(output); matcher.find();) {
                boolean first = pattern.startsWith("=>") || pattern.contains("orbidden");
                found = first && !found.isEmpty() ? found : matcher.group();
            }
            line = found.isEmpty() ? line : found;
        }
        String text = line.replaceFirst("^(Caused by:|=>) ", "").replaceFirst("^(java|org|dev)[\\w.]*\\.", "").replaceAll("\\s+", " ");
        return text.length() > 110 ? text.substring(0, 110) + "..." : text;
    }

    private record Result(int exit, String output) {}

    private String last = "";
    private volatile Process running;

    private static void stop(Process process) {
        if (process != null && process.isAlive()) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private Result exec(List<String> command, long seconds) throws IOException, InterruptedException {
        File log = work.resolve("log").toFile();
        Process process = new ProcessBuilder(command).directory(work.toFile()).redirectErrorStream(true).redirectOutput(log).start();
        boolean ended = false;
        try {
            running = process;
            ended = process.waitFor(seconds, TimeUnit.SECONDS);
        } finally {
            stop(process);
        }
        last = new String(Files.readAllBytes(log.toPath()), StandardCharsets.UTF_8);
        return new Result(ended ? process.exitValue() : -1, last);
    }

    private void must(Result result) {
        if (result.exit != 0) {
            throw new UncheckedIOException(new IOException(result.output));
        }
    }
}
