package dev.ashlar.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Help.Ansi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class TerminalTest {
    @ParameterizedTest
    @ValueSource(strings = {"/dev/pts/0", "/dev/tty", "/dev/tty1", "/dev/ttyS0", "/dev/console"})
    void isTerminalDevice_terminal_isTrue(String device) {
        assertTrue(Terminal.isTerminalDevice(Path.of(device)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipe:[1234]", "socket:[99]", "/dev/null", "/home/me/tty.log", "/dev/ptsx"})
    void isTerminalDevice_somethingElse_isFalse(String target) {
        assertFalse(Terminal.isTerminalDevice(Path.of(target)));
    }

    @Test
    void ansi_declinedOrDumb_isOff() {
        assertEquals(Ansi.OFF, Terminal.STANDARD_OUTPUT.ansi(Map.of("NO_COLOR", "1", "TERM", "xterm")));
        assertEquals(Ansi.OFF, Terminal.STANDARD_OUTPUT.ansi(Map.of("TERM", "dumb")));
        assertEquals(Ansi.OFF, Terminal.STANDARD_OUTPUT.ansi(Map.of()));
    }

    @Test
    void progressBar_notShown_writesNothing() {
        StringWriter out = new StringWriter();
        ProgressBar bar = new ProgressBar(new PrintWriter(out), false);

        bar.show(1, 2, "something");
        bar.clear();

        assertEquals("", out.toString());
    }

    @Test
    void progressBar_shown_redrawsOneLineOfAtMost80Columns() {
        StringWriter out = new StringWriter();
        ProgressBar bar = new ProgressBar(new PrintWriter(out), true);

        bar.show(1, 2, "sqlite, ashlar: timed passes");
        bar.show(2, 2, "x".repeat(200));

        String[] drawn = out.toString().split("\r", -1);
        assertEquals("[============            ] sqlite, ashlar: timed passes\u001B[K", drawn[1]);
        assertTrue(drawn[2].startsWith("[========================] xxx"), drawn[2]);
        assertTrue(drawn[2].replace("\u001B[K", "").length() < 80, drawn[2]);
    }
}
