package dev.ashlar.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class ScreenTest {
    private static String shown(boolean isTerminal) {
        StringWriter out = new StringWriter();
        Screen screen = new Screen(new PrintWriter(out), isTerminal);
        screen.show(List.of("one", "two"));
        screen.show(List.of("three"));
        return out.toString();
    }

    @Test
    void terminal_isClearedOnceAndOverwrittenThen() {
        assertEquals("\u001B[H\u001B[Jone\u001B[K\ntwo\u001B[K\n\u001B[J\u001B[Hthree\u001B[K\n\u001B[J", shown(true));
    }

    @Test
    void pipe_getsBlocksWithAnEmptyLineBetween() {
        assertEquals("one\ntwo\n\nthree\n", shown(false));
    }

    @Test
    void columns_alignTextsLeftAndNumbersRight() {
        Columns columns = new Columns("NAME", ">SIZE", "");
        columns.row("a", "12345", "");
        columns.row("long name", "1", "x");
        assertEquals(List.of("NAME        SIZE", "a          12345", "long name      1  x"), columns.lines());
    }
}
