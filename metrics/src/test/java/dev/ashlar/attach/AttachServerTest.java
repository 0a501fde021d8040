package dev.ashlar.attach;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.attach.AttachException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** When a process listens, whom it lets in, and what it makes of clients that are not good. */
@Timeout(60)
class AttachServerTest {
    private static final String STATS = "{\"version\":1,\"operation\":\"stats\"}\n";

    @TempDir
    Path directory;

    @Test
    void listening_socketAndDirectory_areTheOwnersAlone() throws IOException {
        try (Attached attached = new Attached(directory, "one")) {
            // The mode is set directly after the socket is made; inside a directory that nobody else may enter.
            attached.client().statistics();
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(attached.socket())));
            assertEquals("rwx------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(attached.directory)));
        }
    }

    @Test
    void lastPoolClosed_endsListeningAndRemovesTheSocket_andTheNextBeginsAnew() throws Exception {
        try (Attached attached = new Attached(directory, "one", "two")) {
            attached.pool().close();
            assertEquals("two", attached.client().statistics().name());
        }
        try (Attached attached = new Attached(directory, "one")) {
            Thread first = attached.server.acceptor();
            assertNotNull(first);
            assertTrue(first.isDaemon());
            attached.pool().close();
            attached.server.wakeUp();
            first.join();
            assertFalse(Files.exists(attached.socket()));
            assertNull(attached.server.acceptor());
            try (MemoryPool next = Attached.newPool("next")) {
                attached.server.add(next);
                attached.awaitListening();
                assertEquals("next", attached.client().statistics().name());
            }
        }
    }

    @Test
    void poolThatIsDropped_isNotHeld() throws Exception {
        try (Attached attached = new Attached(directory)) {
            WeakReference<MemoryPool> dropped = dropped(attached);
            Thread acceptor = attached.server.acceptor();
            while (dropped.get() != null) {
                System.gc();
            }
            attached.server.wakeUp();
            assertNotNull(acceptor);
            acceptor.join();
            assertFalse(Files.exists(attached.socket()));
        }
    }

    private static WeakReference<MemoryPool> dropped(Attached attached) throws IOException {
        MemoryPool pool = Attached.newPool("dropped");
        attached.server.add(pool);
        attached.awaitListening();
        assertEquals("dropped", attached.client().statistics().name());
        return new WeakReference<>(pool);
    }

    @Test
    void socketThatAnEarlierProcessLeft_isReplaced() throws IOException {
        Files.createDirectory(directory.resolve("ashlar"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path left = directory.resolve("ashlar").resolve(ProcessHandle.current().pid() + ".sock");
        try (ServerSocketChannel gone = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            gone.bind(UnixDomainSocketAddress.of(left));
        }
        assertTrue(Files.exists(left));
        try (Attached attached = new Attached(directory, "one")) {
            assertEquals("one", attached.client().statistics().name());
        }
    }

    @Test
    void socketOfAProcessWithTheSameId_isLeftAlone() throws Exception {
        try (Attached attached = new Attached(directory)) {
            SocketDirectory.make(List.of(attached.directory), attached.processes.userId());
            try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                    MemoryPool pool = Attached.newPool("one")) {
                other.bind(UnixDomainSocketAddress.of(attached.socket()));
                attached.server.add(pool);
                Thread acceptor = attached.server.acceptor();
                if (acceptor != null) {
                    acceptor.join();
                }
                assertNull(attached.server.acceptor());
                assertTrue(Files.exists(attached.socket()));
            }
        }
    }

    @Test
    void placeThatCantBeUsed_refusesToAttach_andThePoolServesOn() throws Exception {
        AttachServer server = new AttachServer(() -> {
            throw new IOException("no place");
        }, Attached.LONG, 1);
        try (MemoryPool pool = Attached.newPool("one")) {
            server.add(pool);
            Thread acceptor = server.acceptor();
            if (acceptor != null) {
                acceptor.join();
            }
            assertNull(server.acceptor());
            pool.freeAddress(pool.allocateAddress(100));
        }
    }

    /** The directory belongs to another user by what the server is told: so does who connects, and is let go without a word. */
    @Test
    void clientOfAnotherUser_getsNoAnswer() throws IOException {
        try (Attached attached = new Attached(directory)) {
            SocketDirectory own = SocketDirectory.make(List.of(attached.directory), attached.processes.userId());
            SocketDirectory others = new SocketDirectory(own.path(),
                    own.path().getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("4711"));
            AttachServer server = new AttachServer(() -> others, Attached.LONG, 1);
            try (MemoryPool pool = Attached.newPool("one")) {
                server.add(pool);
                attached.awaitListening();
                AttachException e = assertThrows(AttachException.class, () -> attached.client().statistics());
                assertEquals(Reason.ENDED, e.reason());
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {
        "nonsense ~ REFUSED",
        "'' ~ REFUSED",
        "[] ~ REFUSED",
        "3 ~ REFUSED",
        "{\"version\":1 ~ REFUSED",
        "{\"version\":1,\"operation\":\"stats\"}{} ~ REFUSED",
        "{\"version\":1,\"operation\":\"stats\",\"pool\":{}} ~ REFUSED",
        "{\"version\":1} ~ REFUSED",
        "{\"operation\":\"stats\"} ~ REFUSED",
        "{\"version\":2,\"operation\":\"stats\"} ~ INCOMPATIBLE",
        "{\"version\":1,\"operation\":\"dance\"} ~ INCOMPATIBLE",
        "{\"version\":1,\"operation\":\"policy\",\"policy\":\"LAST_FIT\"} ~ REFUSED",
        "{\"version\":1,\"operation\":\"limit\",\"bytes\":\"many\"} ~ REFUSED",
        "{\"version\":1,\"operation\":\"limit\",\"bytes\":-1} ~ REFUSED",
        "{\"version\":1,\"operation\":\"defrag\",\"arena\":99} ~ REFUSED",
        "{\"version\":1,\"operation\":\"defrag\",\"steps\":\"PURGE,x\"} ~ REFUSED",
        "{\"version\":1,\"operation\":\"record\"} ~ REFUSED",
        "{\"version\":1,\"operation\":\"record\",\"file\":\"relative\"} ~ REFUSED",
        "{\"version\":1,\"operation\":\"record\",\"file\":\"/x\",\"millis\":0} ~ REFUSED",
        "{\"version\":1,\"operation\":\"stats\",\"pool\":\"two\"} ~ NO_POOL"
    })
    void request_thatIsNone_isAnsweredWithAReason_andOthersAreServed(String line, Reason reason) throws IOException {
        try (Attached attached = new Attached(directory, "one")) {
            String answer = attached.raw(line + "\n", false);
            assertTrue(answer.contains("\"reason\":\"" + reason + "\""), answer);
            assertTrue(answer.contains("expected: ") || reason == Reason.REFUSED, answer);
            assertEquals("one", attached.client().statistics().name());
        }
    }

    @Test
    void request_ofAnotherVersion_saysWhichIsUnderstood() throws IOException {
        try (Attached attached = new Attached(directory, "one")) {
            assertTrue(attached.raw("{\"version\":9,\"operation\":\"stats\",\"new\":1}\n", false)
                    .contains("protocol version: 9 (expected: 1, which is what the process's Ashlar understands)"));
        }
    }

    @Test
    void request_tooLong_isRefusedBeforeItIsRead() throws IOException {
        try (Attached attached = new Attached(directory, "one")) {
            String answer = attached.raw("x".repeat(Protocol.MAX_REQUEST_BYTES + 1), false);
            assertTrue(answer.contains("a line of more than 16384 bytes (expected: one line of at most 16384 bytes"),
                    answer);
            assertEquals("one", attached.client().statistics().name());
        }
    }

    @Test
    void request_thatDoesNotCome_isGivenUp() throws IOException {
        try (Attached attached = new Attached(directory, Duration.ofMillis(1), 8, "one")) {
            assertTrue(attached.raw("{\"version\":1", false).contains("nothing came in time"));
        }
    }

    @Test
    void halfClosed_withAWholeRequest_isAnswered() throws IOException {
        try (Attached attached = new Attached(directory, "one")) {
            assertTrue(attached.raw(STATS, true).startsWith("{\"result\":{\"name\":\"one\""));
        }
    }

    @Test
    void halfClosed_withinARequest_isRefused() throws IOException {
        try (Attached attached = new Attached(directory, "one")) {
            assertTrue(attached.raw("{\"version\"", true).contains("a line without end"));
        }
    }

    @Test
    void halfClosed_withoutARequest_isLetGo() throws IOException {
        try (Attached attached = new Attached(directory, "one")) {
            assertNull(attached.raw("", true));
        }
    }

    @Test
    void clients_moreThanSlots_areTurnedAway_andTheSlotComesBack() throws IOException {
        try (Attached attached = new Attached(directory, Attached.LONG, 1)) {
            try (MemoryPool pool = Attached.newPool("one")) {
                attached.server.add(pool);
                while (!Files.exists(attached.socket())) {
                    Thread.onSpinWait();
                }
                try (SocketChannel silent = connected(attached)) {
                    assertTrue(silent.isConnected());
                    AttachException e = assertThrows(AttachException.class, () -> attached.client().statistics());
                    assertEquals(Reason.NO_ANSWER, e.reason());
                    assertTrue(String.valueOf(e.getMessage()).contains("too many requests at a time"), e::getMessage);
                }
                String name = "";
                while (name.isEmpty()) {
                    try {
                        name = attached.client().statistics().name();
                    } catch (AttachException e) {
                        assertEquals(Reason.NO_ANSWER, e.reason());
                    }
                }
                assertEquals("one", name);
            }
        }
    }

    private static SocketChannel connected(Attached attached) {
        while (true) {
            try {
                return SocketChannel.open(UnixDomainSocketAddress.of(attached.socket()));
            } catch (IOException e) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void text_longerThanAChunk_comesInPartsThatAreWholeCharacters() throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(directory.resolve("s")));
            SocketChannel near = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("s")));
            String text = "x" + String.join("", Collections.nCopies(40_000, "\uD83D\uDE00"));
            try (Connection out = new Connection(listener.accept()); Connection in = new Connection(near)) {
                Thread writer = Thread.ofPlatform().daemon().start(() -> {
                    Answer answer = new Answer(out, Attached.LONG);
                    try (java.io.Writer parts = answer.text()) {
                        parts.write(text);
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
                StringBuilder read = new StringBuilder();
                while (read.length() < text.length()) {
                    String line = in.readLine(Protocol.MAX_ANSWER_BYTES, Attached.LONG);
                    assertNotNull(line);
                    String part = line.substring("{\"part\":\"".length(), line.length() - 2);
                    assertFalse(Character.isLowSurrogate(part.charAt(0)));
                    read.append(part);
                }
                assertEquals(text, read.toString());
                assertFalse(writer.isInterrupted());
            }
        }
    }

    @Test
    void answer_thatNobodyTakes_isGivenUp() throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(directory.resolve("s")));
            try (SocketChannel silent = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("s")));
                    Connection connection = new Connection(listener.accept())) {
                assertTrue(silent.isConnected());
                char[] much = new char[8 << 20];
                Arrays.fill(much, 'x');
                IOException e = assertThrows(
                        IOException.class, () -> connection.writeLine(new String(much), Duration.ofMillis(1)));
                assertEquals("nothing was taken in time", e.getMessage());
            }
        }
    }
}
