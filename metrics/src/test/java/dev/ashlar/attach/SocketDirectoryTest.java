package dev.ashlar.attach;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SocketDirectoryTest {
    @TempDir
    Path root;

    private Path place;
    private long userId;

    @BeforeEach
    void findUser() throws IOException {
        place = root.resolve("ashlar");
        userId = SocketDirectory.userId();
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    }

    private String refusal() {
        return String.valueOf(
                assertThrows(IOException.class, () -> SocketDirectory.make(List.of(place), userId)).getMessage());
    }

    @Test
    void userId_isTheOwnerOfWhatIsMade() throws IOException {
        Path file = Files.createFile(root.resolve("mine"));
        assertEquals(((Number) Files.getAttribute(file, "unix:uid")).longValue(), userId);
    }

    @Test
    void make_notThere_isMadeForTheOwnerAlone() throws IOException {
        SocketDirectory directory = SocketDirectory.make(List.of(place), userId);
        assertEquals("rwx------", mode(place));
        assertEquals(Files.getOwner(place), directory.owner());
        assertEquals(place.resolve("4711.sock"), directory.socket(4711));
    }

    @Test
    void make_there_isTakenAsItIs() throws IOException {
        SocketDirectory first = SocketDirectory.make(List.of(place), userId);
        Files.createFile(first.socket(5));
        assertEquals(first, SocketDirectory.make(List.of(place), userId));
        assertEquals(List.of(5L), first.processes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxr-x---", "rwx--x--x", "rwxrwxrwx", "rwx---r--"})
    void make_openToOthers_isRefusedAndLeftAsItIs(String mode) throws IOException {
        Files.createDirectory(place);
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString(mode));
        assertEquals(place + ": " + mode + " (expected: rwx------, so that nobody else may enter)", refusal());
        assertEquals(mode, mode(place));
    }

    @Test
    void make_anotherUsers_isRefused() throws IOException {
        Files.createDirectory(place,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        long other = userId + 1;
        String message =
                assertThrows(IOException.class, () -> SocketDirectory.make(List.of(place), other)).getMessage();
        assertEquals("%s: belongs to user %d, %s (expected: %d)"
                .formatted(place, userId, Files.getOwner(place).getName(), other), message);
    }

    @Test
    void make_symbolicLinkToASoundDirectory_isRefused() throws IOException {
        SocketDirectory.make(List.of(root.resolve("real")), userId);
        Files.createSymbolicLink(place, root.resolve("real"));
        assertEquals(place + ": a symbolic link (expected: a directory)", refusal());
    }

    @Test
    void make_file_isRefused() throws IOException {
        Files.createFile(place);
        assertEquals(place + ": a file (expected: a directory)", refusal());
    }

    @Test
    void make_pathTooLongForASocket_isRefused() throws IOException {
        place = Files.createDirectory(root.resolve("d".repeat(100)));
        assertTrue(refusal().endsWith(" bytes for a socket's path"), refusal());
    }

    @Test
    void make_firstCantBeUsed_takesTheNext() throws IOException {
        Path missing = root.resolve("no").resolve("ashlar");
        Path link = Files.createSymbolicLink(root.resolve("link"), root);
        assertEquals(place, SocketDirectory.make(List.of(missing, link, place), userId).path());
    }

    @Test
    void make_noneCanBeUsed_saysOfEachWhy() throws IOException {
        Path missing = root.resolve("no").resolve("ashlar");
        Path link = Files.createSymbolicLink(root.resolve("link"), root);
        String message = assertThrows(
                IOException.class, () -> SocketDirectory.make(List.of(missing, link), userId)).getMessage();
        assertEquals("%s: no %s; %s: a symbolic link (expected: a directory)".formatted(
                missing, missing.getParent(), link), message);
    }

    @Test
    void open_notThere_isNotMade() {
        assertThrows(NoSuchFileException.class, () -> SocketDirectory.open(place, userId));
        assertFalse(Files.exists(place));
    }

    @Test
    void places_runtimeDirectoryFirst_thenWhatDoesNotDependOnTheEnvironment() {
        List<Path> with = SocketDirectory.places(Map.of("XDG_RUNTIME_DIR", "/somewhere"), null, 7);
        List<Path> without = SocketDirectory.places(Map.of(), null, 7);
        assertEquals(Path.of("/somewhere/ashlar"), with.getFirst());
        assertEquals(without, with.subList(1, with.size()));
        assertEquals(List.of(Path.of("/run/user/7/ashlar"), Path.of("/tmp/ashlar-7")), without.subList(0, 2));
        assertEquals(without, SocketDirectory.places(Map.of("XDG_RUNTIME_DIR", "relative"), null, 7));
    }

    @Test
    void places_property_isTheOnlyOne() {
        assertEquals(List.of(Path.of("/x/y")), SocketDirectory.places(Map.of("XDG_RUNTIME_DIR", "/z"), "/x/y", 7));
    }

    @Test
    void processes_otherNames_areNoneOfThem() throws IOException {
        SocketDirectory directory = SocketDirectory.make(List.of(place), userId);
        for (String name : new String[] {"12.sock", "3.sock", "0.sock", "-1.sock", "x.sock", "12sock", "9.sock.old",
            "1234567890123456789.sock"}) {
            Files.createFile(place.resolve(name));
        }
        assertEquals(List.of(3L, 12L), directory.processes());
    }
}
