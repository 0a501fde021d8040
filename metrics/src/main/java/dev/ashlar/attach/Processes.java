package dev.ashlar.attach;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.ashlar.attach.AttachException.Reason;

/**
 * Finds processes by their sockets, and says why there is none.
 *
 * @param places to look into
 * @param userId of this process
 */
record Processes(List<Path> places, long userId) {
    static Processes ofUser() throws IOException {
        return new Processes(SocketDirectory.places(), SocketDirectory.userId());
    }

    /** The sockets of all processes, by id. */
    Map<Long, Path> sockets() throws IOException {
        Map<Long, Path> sockets = new TreeMap<>();
        for (Path place : places) {
            try {
                SocketDirectory directory = SocketDirectory.open(place, userId);
                for (long pid : directory.processes()) {
                    sockets.putIfAbsent(pid, directory.socket(pid));
                }
            } catch (IOException | UnsupportedOperationException e) {
                // Not there, or nobody of this user listens there.
            }
        }
        return sockets;
    }

    /**
     * Connects to a process.
     *
     * @throws AttachException if it can't be
     */
    SocketChannel connect(long pid) throws IOException {
        List<String> unusable = new ArrayList<>();
        for (Path place : places) {
            try {
                SocketDirectory directory = SocketDirectory.open(place, userId);
                return connect(pid, directory);
            } catch (AttachException e) {
                throw e;
            } catch (NoSuchFileException | ConnectException e) {
                // Not here.
            } catch (IOException | UnsupportedOperationException e) {
                unusable.add(String.valueOf(e.getMessage()));
            }
        }
        throw missing(pid, unusable);
    }

    private static SocketChannel connect(long pid, SocketDirectory directory) throws IOException {
        Path socket = directory.socket(pid);
        SocketChannel channel;
        try {
            channel = Sockets.connect(socket);
        } catch (ConnectException e) {
            if (ProcessHandle.of(pid).isEmpty()) {
                Files.deleteIfExists(socket);
            }
            throw e;
        }
        if (!Sockets.peer(channel).equals(directory.owner())) {
            channel.close();
            throw new AttachException(Reason.OTHER_USER, "process " + pid + ": another user listens in its place");
        }
        return channel;
    }

    private AttachException missing(long pid, List<String> unusable) {
        ProcessHandle process = ProcessHandle.of(pid).orElse(null);
        if (process == null) {
            return new AttachException(Reason.NO_SUCH_PROCESS,
                    "process " + pid + ": there is none (./ashlar list shows those that have pools)");
        }
        long owner = owner(pid);
        if (owner != userId) {
            return new AttachException(Reason.OTHER_USER, "process %d belongs to %s (expected: to user %d, who asks)"
                    .formatted(pid, process.info().user().orElse("user " + owner), userId));
        }
        String reasons = unusable.isEmpty() ? "" : "; " + String.join("; ", unusable);
        return new AttachException(Reason.NO_POOL,
                "process %d has no attachable pool (expected: a JVM with an open pool, which has Ashlar's metrics module)%s"
                        .formatted(pid, reasons));
    }

    /** Whose it is; this user's if the system does not say. */
    private long owner(long pid) {
        try {
            return SocketDirectory.userId(Long.toString(pid));
        } catch (IOException e) {
            return userId;
        }
    }
}
