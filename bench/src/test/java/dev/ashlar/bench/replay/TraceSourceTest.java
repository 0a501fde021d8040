package dev.ashlar.bench.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static dev.ashlar.bench.replay.Messages.assertSays;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class TraceSourceTest {
    @TempDir
    Path home;

    @Test
    void find_carriedName_isInTheTracesFolder() throws IOException {
        Path file = Files.createFile(Files.createDirectory(home.resolve("traces")).resolve("python.atrace.gz"));

        assertEquals(new TraceSource("python", file), TraceSource.find("python", home));
    }

    @Test
    void find_file_isNamedByItsFileName() throws IOException {
        Path file = Files.createFile(home.resolve("mine.atrace.gz"));
        Path other = Files.createFile(home.resolve("mine.trace"));

        assertEquals(new TraceSource("mine", file), TraceSource.find(file.toString(), home));
        assertEquals(new TraceSource("mine.trace", other), TraceSource.find(other.toString(), home));
    }

    @Test
    void find_neither_namesWhatWasExpected() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> TraceSource.find("nothing", home));

        assertSays("sqlite, rocksdb, clickhouse, python", e);
    }

    @Test
    void find_folder_isRefused() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> TraceSource.find(home.toString(), home));

        assertSays("a folder", e);
    }

    @Test
    void find_carriedNameWithoutItsFile_isRefused() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> TraceSource.find("sqlite", home));

        assertSays("not there", e);
    }
}
