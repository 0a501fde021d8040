package dev.ashlar.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;

class ControlGroupTest {
    @TempDir
    Path folder;

    @Test
    void limitBytes_versionTwo_isTheLeastOnTheWayUp() throws IOException {
        write("memory.max", "max");
        write("a/memory.max", "3000000");
        write("a/b/memory.max", "max");
        write("a/b/c/memory.max", "4000000");
        assertEquals(OptionalLong.of(3_000_000), limitOf("0::/a/b/c"));
        assertEquals(OptionalLong.empty(), limitOf("0::/"));
    }

    @Test
    void limitBytes_versionOneAmongOthers_isTheMemoryControllers() throws IOException {
        write("memory/memory.limit_in_bytes", "9223372036854771712");
        write("memory/x/y/memory.limit_in_bytes", "5000000");
        assertEquals(OptionalLong.of(5_000_000), limitOf("9:name=systemd:/\n4:memory:/x/y\n0::/"));
        assertEquals(OptionalLong.empty(), limitOf("4:memory:/\n3:cpuset:/x/y"));
    }

    @Test
    void limitBytes_groupThatIsNotMountedHere_isTheRoots() throws IOException {
        write("memory.max", "7000000");
        assertEquals(OptionalLong.of(7_000_000), limitOf("0::/docker/0123"));
        assertEquals(OptionalLong.of(7_000_000), limitOf("0::/../../elsewhere/../x"));
    }

    @Test
    void limitBytes_nothingToRead_isNoLimit() throws IOException {
        assertEquals(OptionalLong.empty(), new ControlGroup(folder.resolve("none"), folder).limitBytes());
        write("memory.max", "many");
        assertEquals(OptionalLong.empty(), limitOf("0::/\n\nnonsense\n0::"));
    }

    private OptionalLong limitOf(String membership) throws IOException {
        write("membership", membership);
        return new ControlGroup(folder.resolve("membership"), folder).limitBytes();
    }

    private void write(String file, String content) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content + "\n");
    }
}
