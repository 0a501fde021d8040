package dev.ashlar.space;

import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import dev.ashlar.space.VolumeSpaceBuilder.Representation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Saved maps: what comes back, and what is refused. */
class SpaceMapTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());

    @TempDir
    private Path directory;

    private static SpaceAllocator space(SpacePolicy policy, int extents) {
        SpaceAllocator space = SpaceAllocator.builder().start(100).limit(1L << 40).policy(policy).build();
        Random random = new Random(SEED);
        long offset = 100;
        for (int i = 0; i < extents; i++) {
            long length = 1L + random.nextInt(1000);
            space.allocateAt(offset, length);
            offset += length + random.nextInt(500);
        }
        space.allocate(10);
        return space;
    }

    private static ByteBuffer saved(SpaceAllocator space) {
        ByteBuffer buffer = ByteBuffer.allocate((int) space.map().savedBytes());
        space.save(buffer);
        assertEquals(0, buffer.remaining());
        return buffer.flip();
    }

    private static void assertSame(SpaceAllocator expected, SpaceAllocator found) {
        found.validate();
        assertEquals(expected.extents(), found.extents());
        assertEquals(expected.freeExtents(), found.freeExtents());
        assertEquals(expected.policy(), found.policy());
        assertEquals(expected.startOfSpace(), found.startOfSpace());
        assertEquals(expected.limit(), found.limit());
        assertEquals(expected.endOfSpace(), found.endOfSpace());
        assertEquals(expected.allocate(7, 4), found.allocate(7, 4), "where both place the next one");
    }

    @ParameterizedTest
    @EnumSource
    void load_ofSavedMap_goesOnTheSame(SpacePolicy policy) throws IOException {
        SpaceAllocator space = space(policy, 10_000);
        assertSame(space, SpaceAllocator.builder().threadSafe(true).load(saved(space)));
    }

    @Test
    void load_ofEmptySpace_isEmpty() throws IOException {
        SpaceAllocator space = SpaceAllocator.builder().start(8).build();
        assertSame(space, SpaceAllocator.builder().load(saved(space)));
    }

    @Test
    void load_fromFile_atAnyPosition() throws IOException {
        SpaceAllocator space = space(SpacePolicy.FIRST_FIT, 9000);
        try (FileChannel channel = FileChannel.open(directory.resolve("map"), StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long end = space.save(channel, 12_345);
            assertEquals(12_345 + space.map().savedBytes(), end);
            assertEquals(end, channel.size());
            channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), end);
            SpaceAllocator loaded = SpaceAllocator.builder().load(channel, 12_345);
            assertEquals(space.extents(), loaded.extents());
            assertThrows(SpaceFormatException.class, () -> SpaceAllocator.builder().load(channel, 12_344));
            assertThrows(SpaceFormatException.class, () -> SpaceAllocator.builder().load(channel, 1L << 40));
            channel.truncate(end - 1);
            assertThrows(SpaceFormatException.class, () -> SpaceAllocator.builder().load(channel, 12_345));
        }
    }

    @Test
    void load_eachByteFlipped_isRefused() {
        byte[] good = saved(space(SpacePolicy.NEXT_FIT, 60)).array();
        for (int at = 0; at < good.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] bad = good.clone();
                bad[at] ^= (byte) (1 << bit);
                ByteBuffer buffer = ByteBuffer.wrap(bad);
                SpaceFormatException e =
                        assertThrows(SpaceFormatException.class, () -> SpaceAllocator.builder().load(buffer));
                assertTrue(e.toString().contains("expected: "), e.toString());
                assertEquals(0, buffer.position());
            }
        }
    }

    @Test
    void load_eachLengthTruncated_isRefused() {
        byte[] good = saved(space(SpacePolicy.FIRST_FIT, 60)).array();
        for (int length = 0; length < good.length; length++) {
            ByteBuffer buffer = ByteBuffer.wrap(Arrays.copyOf(good, length));
            assertThrows(SpaceFormatException.class, () -> SpaceAllocator.builder().load(buffer));
        }
    }

    @Test
    void load_tornBetweenTwoMaps_isRefused() {
        SpaceAllocator space = space(SpacePolicy.FIRST_FIT, 60);
        byte[] old = saved(space).array();
        space.free(100, 1);
        byte[] next = saved(space).array();
        for (int at = 1; at < old.length; at++) {
            byte[] torn = Arrays.copyOf(next, next.length);
            System.arraycopy(old, at, torn, at, old.length - at);
            // Behind a whole map there may be anything.
            if (!Arrays.equals(torn, next) && !Arrays.equals(Arrays.copyOf(torn, old.length), old)) {
                assertThrows(SpaceFormatException.class, () -> SpaceAllocator.builder().load(ByteBuffer.wrap(torn)));
            }
        }
    }

    @Test
    void save_withoutRoom_writesNothing() {
        SpaceAllocator space = space(SpacePolicy.FIRST_FIT, 60);
        ByteBuffer small = ByteBuffer.allocate((int) space.map().savedBytes() - 1);
        assertThrows(BufferOverflowException.class, () -> space.save(small));
        assertEquals(ByteBuffer.allocate(small.capacity()), small);
    }

    @Test
    void rebuild_fromExtentsInAnyOrder_isTheSame() {
        SpaceAllocator space = space(SpacePolicy.BEST_FIT, 1000);
        List<Extent> inUse = new ArrayList<>();
        for (Extent extent : space.extents()) {
            if (extent.length() > 1) {
                inUse.add(new Extent(extent.offset(), 1));
                inUse.add(new Extent(extent.offset() + 1, extent.length() - 1));
            } else {
                inUse.add(extent);
            }
        }
        Collections.shuffle(inUse, new Random(SEED));
        SpaceAllocator rebuilt =
                SpaceAllocator.builder().start(100).limit(1L << 40).policy(SpacePolicy.BEST_FIT).rebuild(inUse);
        assertSame(space, rebuilt);
    }

    @Test
    void rebuild_withOverlap_isRefused() {
        List<Extent> overlap = List.of(new Extent(10, 10), new Extent(19, 5));
        assertThrows(IllegalArgumentException.class, () -> SpaceAllocator.builder().rebuild(overlap));
        assertThrows(IllegalArgumentException.class, () -> BitmapSpace.builder(100).rebuild(overlap));
        List<Extent> outside = List.of(new Extent(90, 11));
        assertThrows(IllegalArgumentException.class, () -> SpaceAllocator.builder().limit(100).rebuild(outside));
        assertThrows(IllegalArgumentException.class, () -> SpaceAllocator.builder().start(91).rebuild(outside));
        assertThrows(IllegalArgumentException.class, () -> BitmapSpace.builder(100).rebuild(outside));
    }

    @ParameterizedTest
    @EnumSource(value = Representation.class, names = {"BITMAP", "EXTENTS"})
    void load_ofVolume_byEitherRepresentation(Representation representation) throws IOException {
        int units = 300_000;
        BitmapSpace volume = BitmapSpace.builder(units).policy(SpacePolicy.NEXT_FIT).build();
        Random random = new Random(SEED);
        for (int i = 0; i < 2000; i++) {
            volume.allocateAt(random.nextInt(units - 50), 1 + random.nextInt(50));
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) volume.map().savedBytes());
        volume.save(buffer);
        SpaceMap map = SpaceMap.read(buffer.flip());
        Space loaded = Space.volume(units).representation(representation).load(map);
        loaded.validate();
        assertEquals(volume.extents(), loaded.extents());
        assertEquals(volume.freeExtents(), loaded.freeExtents());
        assertEquals(volume.allocate(3), loaded.allocate(3));
        assertThrows(IllegalArgumentException.class, () -> Space.volume(units + 1L).load(map));
        assertThrows(IllegalArgumentException.class,
                () -> BitmapSpace.builder(units).load(space(SpacePolicy.FIRST_FIT, 3).map()));
        List<Extent> inUse = volume.extents();
        assertEquals(inUse, Space.volume(units).representation(representation).rebuild(inUse).extents());
    }
}
