package dev.ashlar.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * How much memory the control group of this process may use. It does not refuse what goes beyond: it ends the process.
 *
 * <p>A group has at most what each of those above it has. In a container the process may see its own group as the root of all, under a path
 * that does not exist there: what is missing has no limit, and the root is always looked at.
 */
public final class ControlGroup {
    private static final String VERSION_2 = "0::";
    private static final String VERSION_1 = ":memory:";

    /** Where "no limit" begins: version 1 writes the largest number of whole pages. */
    private static final long NO_LIMIT = 1L << 62;

    private final Path membership;
    private final Path mounts;

    /** The group that a file names, among those that are mounted below a directory. */
    ControlGroup(Path membership, Path mounts) {
        this.membership = membership;
        this.mounts = mounts;
    }

    /** The smallest limit of this process's group and of those above it, in bytes; empty if there is none, or the system has no such groups. */
    public static OptionalLong memoryLimitBytes() {
        return new ControlGroup(Path.of("/proc/self/cgroup"), Path.of("/sys/fs/cgroup")).limitBytes();
    }

    OptionalLong limitBytes() {
        long least = NO_LIMIT;
        for (String line : linesOf(membership)) {
            int controller = line.indexOf(VERSION_1);
            if (line.startsWith(VERSION_2)) {
                String group = line.substring(VERSION_2.length());
                least = Math.min(least, least(mounts, group, "memory.max"));
            } else if (controller > 0) {
                String group = line.substring(controller + VERSION_1.length());
                least = Math.min(least, least(mounts.resolve("memory"), group, "memory.limit_in_bytes"));
            }
        }
        return least == NO_LIMIT ? OptionalLong.empty() : OptionalLong.of(least);
    }

    /** The least of the limits that stand in a group's directory and in those above it. */
    private static long least(Path mount, String group, String file) {
        long least = limitIn(mount.resolve(file));
        try {
            Path at = mount.resolve(group.substring(Math.min(1, group.length()))).normalize();
            for (; at.startsWith(mount) && !at.equals(mount); at = at.resolve("..").normalize()) {
                least = Math.min(least, limitIn(at.resolve(file)));
            }
        } catch (InvalidPathException e) {
            // A name that no file can have: nothing stands there.
        }
        return least;
    }

    private static long limitIn(Path file) {
        return linesOf(file).stream().mapToLong(ControlGroup::limitIn).min().orElse(NO_LIMIT);
    }

    private static long limitIn(String line) {
        try {
            long limit = Long.parseLong(line.strip());
            return limit < 0 ? NO_LIMIT : Math.min(limit, NO_LIMIT);
        } catch (NumberFormatException e) {
            // "max"
            return NO_LIMIT;
        }
    }

    private static List<String> linesOf(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException | SecurityException e) {
            return List.of();
        }
    }
}
