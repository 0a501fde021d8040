package dev.ashlar.attach;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A directory of sockets, one for each process that listens, named by its id. Only its owner may enter it; a directory that is another user's, that others
 * may enter, or that is a symbolic link is not used.
 *
 * <p>Processes may have different environments and must meet all the same. So there is a list of places, in an order that depends on the user
 * alone, but for the first: the server listens in the first that can be used, the client looks into all.
 *
 * @param path absolute
 * @param owner of the directory, who is the user of this process
 */
record SocketDirectory(Path path, UserPrincipal owner) {
    /** A system property: the one directory to use, in place of all others. */
    static final String PROPERTY = "ashlar.attach.directory";

    private static final String SUFFIX = ".sock";
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    /** Of {@code sockaddr_un} there are 108 on Linux, a terminating 0 included, and 104 elsewhere. */
    private static final int MAX_PATH_BYTES = 103;
    private static final int MAX_NAME_BYTES = "/4194304.sock".length();
    private static final Path PROCESSES = Path.of("/proc");

    /** Where sockets may be, best first: absolute paths, which may or may not exist. */
    static List<Path> places() throws IOException {
        return places(System.getenv(), System.getProperties().get(PROPERTY), userId());
    }

    /** The same for a given environment, and a property that may be null. */
    static List<Path> places(Map<String, String> environment, @Nullable Object property, long userId) {
        if (property != null) {
            return List.of(Path.of(property.toString()).toAbsolutePath());
        }
        Set<Path> places = new LinkedHashSet<>();
        Path runtime = Path.of(environment.getOrDefault("XDG_RUNTIME_DIR", ""));
        if (runtime.isAbsolute()) {
            places.add(runtime.resolve("ashlar"));
        }
        // What the variable says as a rule, for who lost it on the way (su, sudo, cron).
        places.add(Path.of("/run/user/" + userId, "ashlar"));
        // As the JVM itself does: whatever java.io.tmpdir is, or two processes would miss each other.
        places.add(Path.of("/tmp", "ashlar-" + userId));
        places.add(Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath().resolve("ashlar-" + userId));
        return new ArrayList<>(places);
    }

    /** The number of the user that this process acts as. */
    static long userId() throws IOException {
        return Files.exists(PROCESSES) ? userId("self") : ownerId(Path.of(System.getProperty("user.home")));
    }

    /**
     * The number of the user that a process acts as. The owner of its directory is no answer: that is root where it may not be traced.
     *
     * @throws IOException if there is no such process, or the system does not say
     */
    static long userId(String process) throws IOException {
        return Files.readAllLines(PROCESSES.resolve(process).resolve("status")).stream()
                .filter(line -> line.startsWith("Uid:"))
                .mapToLong(line -> Long.parseLong(line.split("\\s+", -1)[2]))
                .findFirst()
                .orElseThrow(() -> new IOException("process " + process + ": no user"));
    }

    private static long ownerId(Path file) throws IOException {
        return ((Number) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS)).longValue();
    }

    /**
     * The first of these places that can be used; it is made if it is not there.
     *
     * @throws IOException if there is none; the message says of each why
     */
    static SocketDirectory make(List<Path> places, long userId) throws IOException {
        List<String> reasons = new ArrayList<>();
        for (Path place : places) {
            try {
                return make(place, userId);
            } catch (IOException | UnsupportedOperationException e) {
                reasons.add(
                        e instanceof NoSuchFileException ? place + ": no " + place.getParent() : describe(place, e));
            }
        }
        throw new IOException(String.join("; ", reasons));
    }

    private static SocketDirectory make(Path place, long userId) throws IOException {
        try {
            Files.createDirectory(place, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (FileAlreadyExistsException e) {
            // Then it is looked at as one that was made here.
        }
        return open(place, userId);
    }

    /**
     * A directory that is there.
     *
     * @throws NoSuchFileException if it is not
     * @throws IOException if it can't be used; the message says why
     */
    static SocketDirectory open(Path place, long userId) throws IOException {
        int bytes = place.toString().getBytes(UTF_8).length + MAX_NAME_BYTES;
        if (bytes > MAX_PATH_BYTES) {
            throw new IOException("%s: too long by %d bytes for a socket's path".formatted(
                    place, bytes - MAX_PATH_BYTES));
        }
        PosixFileAttributes found =
                Files.readAttributes(place, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!found.isDirectory()) {
            throw new IOException(place + (found.isSymbolicLink() ? ": a symbolic link" : ": a file")
                    + " (expected: a directory)");
        }
        long owner = ownerId(place);
        if (owner != userId) {
            throw new IOException("%s: belongs to user %d, %s (expected: %d)".formatted(
                    place, owner, found.owner().getName(), userId));
        }
        if (!OWNER_ONLY.containsAll(found.permissions())) {
            throw new IOException("%s: %s (expected: rwx------, so that nobody else may enter)".formatted(
                    place, PosixFilePermissions.toString(found.permissions())));
        }
        return new SocketDirectory(place, found.owner());
    }

    private static String describe(Path place, Exception e) {
        String message = String.valueOf(e.getMessage());
        return message.startsWith(place.toString()) && !message.equals(place.toString())
                ? message
                : place + ": " + e.getClass().getSimpleName();
    }

    /** The socket of a process. */
    Path socket(long pid) {
        return path.resolve(pid + SUFFIX);
    }

    /** The processes that have a socket here, in the order of their ids; whether they live is another matter. */
    List<Long> processes() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("[1-9]\\d{0,17}" + SUFFIX.replace(".", "\\.")))
                    .map(name -> Long.valueOf(name.substring(0, name.length() - SUFFIX.length())))
                    .sorted()
                    .toList();
        }
    }
}
