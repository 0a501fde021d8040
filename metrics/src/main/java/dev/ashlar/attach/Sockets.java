package dev.ashlar.attach;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;

import jdk.net.ExtendedSocketOptions;

/** Sockets of the file system, and who is at their other end. */
final class Sockets {
    private Sockets() {}

    /**
     * Listens, as the only one: what an earlier process with the same id left is taken away.
     *
     * @throws IOException if somebody listens there, or it can't be done
     */
    static ServerSocketChannel listen(Path socket) throws IOException {
        if (Files.exists(socket)) {
            if (isListening(socket)) {
                throw new IOException(
                        socket + ": another process listens there, whose id is the same in a namespace of its own");
            }
            Files.deleteIfExists(socket);
        }
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean isListening(Path socket) {
        try (SocketChannel channel = connect(socket)) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Connects.
     *
     * @throws NoSuchFileException if there is no such socket
     * @throws ConnectException if nobody listens
     */
    static SocketChannel connect(Path socket) throws IOException {
        if (!Files.exists(socket)) {
            throw new NoSuchFileException(socket.toString());
        }
        return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    /**
     * Who is at the other end, by the operating system's word.
     *
     * @throws UnsupportedOperationException if it does not say
     */
    static UserPrincipal peer(SocketChannel channel) throws IOException {
        return channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    }
}
