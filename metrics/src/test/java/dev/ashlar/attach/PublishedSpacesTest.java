package dev.ashlar.attach;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.attach.AttachException.Reason;
import dev.ashlar.attach.PublishedSpaces.Publication;
import dev.ashlar.attach.SpaceFigures.Kind;
import dev.ashlar.space.BitmapSpace;
import dev.ashlar.space.Extent;
import dev.ashlar.space.SpaceAllocator;
import dev.ashlar.space.volume.Placement;
import dev.ashlar.space.volume.Source;
import dev.ashlar.space.volume.Tier;
import dev.ashlar.space.volume.VolumeRequest;
import dev.ashlar.space.volume.VolumeSet;
import dev.ashlar.spill.SpillFile;
import dev.ashlar.spill.SpillSet;
import dev.ashlar.spill.SpillStore;
import dev.ashlar.spill.SpillToken;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** What other processes see of spaces, and for how long. */
@Timeout(60)
class PublishedSpacesTest {
    @TempDir
    Path directory;

    /** What is published is held by nothing else. */
    private final List<Object> kept = new ArrayList<>();

    private static SpaceAllocator space() {
        SpaceAllocator space = SpaceAllocator.builder().start(100).threadSafe(true).build();
        space.allocate(10);
        space.allocate(20);
        space.allocate(30);
        space.free(110, 20);
        return space;
    }

    private static void refused(Reason reason, String message, AttachClient client, String name) {
        AttachException thrown = assertThrows(AttachException.class, () -> client.space(name));
        assertEquals("process " + client.pid() + ": " + message, thrown.getMessage());
        assertEquals(reason, thrown.reason());
        thrown = assertThrows(AttachException.class, () -> client.spaceShapes(name, 10));
        assertEquals(reason, thrown.reason());
    }

    // Each kind

    @Test
    void extents_areShownWithPolicyAndShape() throws IOException {
        try (Attached attached = new Attached(directory)) {
            SpaceAllocator space = space();
            try (Publication _ = PublishedSpaces.publish(attached.server, "file", "bytes", space)) {
                attached.awaitListening();
                assertEquals(
                        new SpaceFigures(1, "file", Kind.EXTENTS, "bytes", space.policy().name(), 40, 20, 20, 0,
                                List.of(), null),
                        attached.client().space("file"));
                assertEquals(
                        List.of(new SpaceShape("", 100, 160, 40, 20, 2,
                                List.of(new Extent(100, 10), new Extent(130, 30)))),
                        attached.client().spaceShapes("file", 10));
            }
            kept.add(space);
        }
    }

    @Test
    void bitmapOfManyExtents_isShownInCells() throws IOException {
        try (Attached attached = new Attached(directory)) {
            BitmapSpace space = BitmapSpace.builder(10_000).build();
            for (int i = 0; i < 1000; i++) {
                space.allocateAt(10L * i, 3);
            }
            try (Publication _ = PublishedSpaces.publish(attached.server, "bits", "blocks", space)) {
                attached.awaitListening();
                SpaceFigures figures = attached.client().space("bits");
                assertEquals(Kind.BITMAP, figures.kind());
                assertEquals(3000, figures.used());
                assertEquals(7000, figures.free());
                assertEquals(7, figures.largestFree());
                assertEquals(0.999, figures.fragmentation(), 1e-9);
                SpaceShape shape = attached.client().spaceShapes("bits", 100).getFirst();
                assertEquals(1000, shape.extents());
                assertEquals(100, shape.parts().size());
                assertEquals(new Extent(9900, 30), shape.parts().getLast());
            }
            kept.add(space);
        }
    }

    @Test
    void volumes_areShownSourceBySource() throws IOException {
        try (Attached attached = new Attached(directory)) {
            VolumeSet<String> set = new VolumeSet<>();
            set.addSource(Source.of("a", 10, "a"));
            set.addSource(Source.of("b", 30, "b"));
            Placement first = set.allocate(VolumeRequest.ofExtents(2).copies(2).build());
            set.allocate(VolumeRequest.ofExtents(2).copies(2).build());
            set.free(first);
            set.allocate(VolumeRequest.ofExtents(1).copies(2).build());
            try (Publication _ = PublishedSpaces.publish(attached.server, "disks", "extents", set)) {
                attached.awaitListening();
                SpaceFigures figures = attached.client().space("disks");
                assertEquals(Kind.VOLUMES, figures.kind());
                assertEquals(6, figures.used());
                assertEquals(34, figures.free());
                assertEquals(26, figures.largestFree());
                assertEquals(set.fragmentation(), figures.fragmentation(), 1e-9);
                assertEquals(set.status(), figures.sources());
                List<SpaceShape> shapes = attached.client().spaceShapes("disks", 10);
                assertEquals(
                        new SpaceShape("b", 0, 30, 3, 26, 2, List.of(new Extent(0, 1), new Extent(2, 2))),
                        shapes.get(1));
                assertEquals("a", shapes.get(0).name());
            }
            kept.add(set);
        }
    }

    @Test
    void spill_isShownUntilItIsClosed() throws IOException {
        SpillFile file = SpillFile.builder(directory.resolve("f")).name("query").limit(1 << 20).build();
        SpillSet set = SpillSet.builder().name("set").volume("v", directory.resolve("v"), 1 << 20, Tier.FAST)
                .volume("w", directory.resolve("w"), 1 << 20, Tier.FAST).build();
        try (Attached attached = new Attached(directory);
                MemoryPool pool = Attached.newPool("p")) {
            List<SpillStore> stores = List.of(file, set);
            for (SpillStore store : stores) {
                PublishedSpaces.publish(attached.server, store.name(), "bytes", store);
                SpillToken first = store.spill(pool, pool.allocate(5000));
                store.spill(pool, pool.allocate(1));
                store.discard(first);
            }
            attached.awaitListening();
            SpaceFigures ofFile = attached.client().space("query");
            assertEquals(Kind.SPILL_FILE, ofFile.kind());
            assertEquals(file.statistics(), ofFile.spill());
            assertEquals(4096, ofFile.used());
            assertEquals(8192, ofFile.largestFree());
            assertEquals(
                    List.of(new SpaceShape("", 0, 12_288, 4096, 8192, 1, List.of(new Extent(8192, 4096)))),
                    attached.client().spaceShapes("query", 10));
            SpaceFigures ofSet = attached.client().space("set");
            assertEquals(Kind.SPILL_SET, ofSet.kind());
            assertEquals(set.volumes(), ofSet.sources());
            assertEquals(set.statistics(), ofSet.spill());
            assertEquals(1, attached.client().spaceShapes("set", 10).stream().mapToLong(SpaceShape::used).sum());
            set.close();
            assertEquals(List.of("query"), attached.client().spaces().stream().map(SpaceFigures::name).toList());
        } finally {
            file.close();
            set.close();
        }
    }

    // For how long, and which

    @Test
    void lastPublicationClosed_endsListening() throws Exception {
        try (Attached attached = new Attached(directory)) {
            SpaceAllocator space = space();
            Publication publication = PublishedSpaces.publish(attached.server, "file", "bytes", space);
            attached.awaitListening();
            Thread acceptor = attached.server.acceptor();
            assertNotNull(acceptor);
            publication.close();
            publication.close();
            attached.server.wakeUp();
            acceptor.join();
            assertFalse(Files.exists(attached.socket()));
            assertNull(attached.server.acceptor());
            kept.add(space);
        }
    }

    @Test
    void spaceThatIsDropped_isNotHeld() throws Exception {
        try (Attached attached = new Attached(directory, "one")) {
            WeakReference<SpaceAllocator> dropped = dropped(attached);
            while (dropped.get() != null) {
                System.gc();
            }
            assertEquals(List.of(), attached.client().spaces());
            refused(Reason.NO_POOL, "space: file (expected: one that is published; none is)", attached.client(),
                    "file");
            assertEquals("one", attached.client().statistics().name());
        }
    }

    private static WeakReference<SpaceAllocator> dropped(Attached attached) throws IOException {
        SpaceAllocator space = space();
        PublishedSpaces.publish(attached.server, "file", "bytes", space);
        assertEquals("file", attached.client().space("file").name());
        return new WeakReference<>(space);
    }

    @Test
    void name_thatIsNoneOrSeveral_isRefused() throws IOException {
        try (Attached attached = new Attached(directory)) {
            List<SpaceAllocator> spaces = List.of(space(), space(), space());
            PublishedSpaces.publish(attached.server, "x", "bytes", spaces.get(0));
            PublishedSpaces.publish(attached.server, "x", "bytes", spaces.get(1));
            PublishedSpaces.publish(attached.server, "y", "bytes", spaces.get(2));
            attached.awaitListening();
            AttachClient client = attached.client();
            assertEquals(List.of(1, 2, 3), client.spaces().stream().map(SpaceFigures::number).toList());
            assertEquals(2, client.space("#2").number());
            assertEquals(3, client.space("y").number());
            refused(Reason.NO_POOL, "space: z (expected: #1 (x), #2 (x), y)", client, "z");
            refused(Reason.WHICH_POOL, "space: x, 2 of them (expected: the number of one: #1 (x), #2 (x), y)", client,
                    "x");
            kept.add(spaces);
        }
    }

    @Test
    void shapes_ofNoNameOrTooManyCells_areRefused() throws IOException {
        try (Attached attached = new Attached(directory)) {
            SpaceAllocator space = space();
            PublishedSpaces.publish(attached.server, "x", "bytes", space);
            attached.awaitListening();
            assertEquals("{\"error\":\"space: none (expected: its name)\",\"reason\":\"REFUSED\"}",
                    sorted(attached.raw("{\"version\":1,\"operation\":\"shapes\"}\n", false)));
            AttachException thrown =
                    assertThrows(AttachException.class, () -> attached.client().spaceShapes("x", 65_537));
            assertEquals("process " + ProcessHandle.current().pid() + ": cells: 65537 (expected: 1 to 65536)",
                    thrown.getMessage());
            kept.add(space);
        }
    }

    /** The fields of an error come in any order. */
    private static String sorted(String error) {
        return error.startsWith("{\"reason\"")
                ? error.replaceFirst("\\{(\"reason\":\"[A-Z]+\"),(\"error\":\".*\")}", "{$2,$1}")
                : error;
    }
}
