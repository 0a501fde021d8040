package dev.ashlar.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

import picocli.CommandLine.Help.Ansi;

/**
 * Whether an output stream of this process is a terminal.
 *
 * <p>{@link java.io.Console#isTerminal} speaks of standard input and output together, and never of standard error. Where the
 * operating system has {@code /proc}, what a stream is connected to is asked there; elsewhere the console's word is taken.
 */
enum Terminal {
    STANDARD_OUTPUT(1),
    STANDARD_ERROR(2);

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private final int descriptor;

    Terminal(int descriptor) {
        this.descriptor = descriptor;
    }

    boolean isTerminal() {
        try {
            Path target = Files.readSymbolicLink(DESCRIPTORS.resolve(Integer.toString(descriptor)));
            return isTerminalDevice(target);
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
        }
    }

    /** Colour, on a terminal whose user did not decline it (no-color.org) and that can show it. */
    Ansi ansi(Map<String, String> environment) {
        boolean declined = !environment.getOrDefault("NO_COLOR", "").isEmpty();
        boolean incapable = environment.getOrDefault("TERM", "dumb").equals("dumb");
        return !declined && !incapable && isTerminal() ? Ansi.ON : Ansi.OFF;
    }

    static boolean isTerminalDevice(Path device) {
        return device.startsWith("/dev/pts")
                || device.equals(Path.of("/dev/console"))
                || (device.startsWith("/dev") && device.getFileName().toString().startsWith("tty"));
    }
}
