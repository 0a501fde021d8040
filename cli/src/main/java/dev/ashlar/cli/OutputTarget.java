package dev.ashlar.cli;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Where {@code --json}, or an option like it, sends results: a file, standard output, or nowhere. */
final class OutputTarget {
    private static final String STANDARD_OUTPUT = "-";

    private final CommandLine command;
    private final String option;
    private final boolean canBeStandardOutput;
    private final @Nullable String value;

    /** {@code value} is the option's, or null where it was not given. */
    OutputTarget(CommandLine command, @Nullable String value) {
        this(command, "--json", true, value);
    }

    private OutputTarget(CommandLine command, String option, boolean canBeStandardOutput, @Nullable String value) {
        this.command = command;
        this.option = option;
        this.canBeStandardOutput = canBeStandardOutput;
        this.value = value;
    }

    /** For an option that takes a file, and no {@code -}. */
    static OutputTarget ofFile(CommandLine command, String option, @Nullable String value) {
        if (STANDARD_OUTPUT.equals(value)) {
            throw new ParameterException(command, option + ": - (expected: a file)");
        }
        return new OutputTarget(command, option, false, value);
    }

    /** Whether nothing else may be printed. */
    boolean isStandardOutput() {
        return STANDARD_OUTPUT.equals(value);
    }

    /** Measuring takes minutes: that its result can't be written must be said before. */
    void check() {
        if (value == null || isStandardOutput()) {
            return;
        }
        Path file = Path.of(value).toAbsolutePath();
        Path folder = file.getParent();
        boolean isWritable = Files.exists(file)
                ? !Files.isDirectory(file) && Files.isWritable(file)
                : folder != null && Files.isDirectory(folder) && Files.isWritable(folder);
        if (!isWritable) {
            throw new ParameterException(
                    command, option + ": " + value + " can't be written (expected: a file in a writable folder"
                            + (canBeStandardOutput ? ", or -)" : ")"));
        }
    }

    void write(Content content) throws IOException {
        if (value == null) {
            return;
        }
        if (isStandardOutput()) {
            content.writeTo(command.getOut());
        } else {
            try (Writer out = Files.newBufferedWriter(Path.of(value))) {
                content.writeTo(out);
            }
        }
    }

    /** What is written. */
    @FunctionalInterface
    interface Content {
        void writeTo(Writer out) throws IOException;
    }
}
