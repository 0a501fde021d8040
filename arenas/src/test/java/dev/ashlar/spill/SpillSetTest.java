package dev.ashlar.spill;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.space.volume.PlacementPolicy;
import dev.ashlar.space.volume.PlacementRefusedException;
import dev.ashlar.space.volume.SourceStatus;
import dev.ashlar.space.volume.Tier;
import dev.ashlar.spill.SpillException.Kind;
import dev.ashlar.spill.TestChannel.Call;
import dev.ashlar.spill.TestChannel.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A set of spill files: where blocks go, and what becomes of them when a volume fails. */
class SpillSetTest {
    private final Map<String, TestChannel> channels = new HashMap<>();
    private MemoryPool pool;

    @BeforeEach
    void open() {
        pool = MemoryPool.builder().name("spilling").capacity(32 << 20).build();
    }

    @AfterEach
    void close() {
        pool.validateQuiet();
        assertEquals(0, pool.statistics().memory().liveBytes());
        pool.close();
    }

    private SpillSetBuilder builder(Tier... tiers) {
        SpillSetBuilder builder = SpillSet.builder().name("set").shrinkBy(1).channels((path, _) -> {
            TestChannel channel = new TestChannel();
            channels.put(Objects.requireNonNull(path.getFileName()).toString(), channel);
            return channel;
        });
        for (int i = 0; i < tiers.length; i++) {
            String name = "v" + i;
            builder.volume(name, Path.of(name), 10 * 4096, tiers[i], i % 2 == 0 ? "even" : "odd");
        }
        return builder;
    }

    private TestChannel channel(String name) {
        return Objects.requireNonNull(channels.get(name), name);
    }

    private MemorySegment block(long byteSize, long seed) {
        return Patterns.fill(pool.allocate(byteSize, 1), seed);
    }

    private void restore(SpillStore store, SpillToken token, long seed) throws SpillException {
        MemorySegment restored = store.restore(token, pool);
        Patterns.check(restored, token.byteSize(), seed);
        pool.free(restored);
    }

    private static List<Long> used(SpillSet set) {
        return set.volumes().stream().map(status -> status.capacity() - status.free()).toList();
    }

    @Test
    void spill_fillsThePreferredTierFirst() throws IOException {
        try (SpillSet set = builder(Tier.ARCHIVE, Tier.FAST).tiers(Tier.FAST, Tier.ARCHIVE).build()) {
            SpillToken fast = set.spill(pool, block(8 * 4096, 1));
            assertEquals(List.of(0L, 8L), used(set));
            SpillToken both = set.spill(pool, block(4 * 4096, 2));
            assertEquals(12L, used(set).stream().mapToLong(Long::longValue).sum());
            set.validate();
            restore(set, both, 2);
            restore(set, fast, 1);
            assertEquals(0, channel("v1").size());
            assertEquals(List.of(0L, 0L), used(set));
        }
        assertTrue(channel("v0").isClosed() && channel("v1").isClosed());
    }

    @Test
    void spill_inStripes_dealsOut() throws IOException {
        try (SpillSet set = builder(Tier.FAST, Tier.FAST, Tier.FAST).stripes(3).build()) {
            SpillToken token = set.spill(pool, block(5 * 4096 + 1, 3));
            assertEquals(List.of(2L, 2L, 2L), used(set));
            SpillToken tiny = set.spill(pool, block(0, 4));
            restore(set, token, 3);
            restore(set, tiny, 4);
        }
    }

    @Test
    void spill_beyondAllVolumes_isRefusedSourceBySource() throws IOException {
        try (SpillSet set = builder(Tier.FAST, Tier.FAST).policy(PlacementPolicy.CLING).build()) {
            MemorySegment block = block(11 * 4096, 1);
            SpillException e = assertThrows(SpillException.class, () -> set.spill(pool, block));
            assertEquals(Kind.FULL, e.kind());
            assertInstanceOf(PlacementRefusedException.class, e.getCause());
            assertTrue(String.valueOf(e.getMessage()).contains("v1"), e::getMessage);
            Patterns.check(block, 11 * 4096, 1);
            pool.free(block);
        }
    }

    @Test
    void spill_whenAVolumeFails_goesToOthers() throws IOException {
        try (SpillSet set = builder(Tier.FAST, Tier.FAST, Tier.ARCHIVE).build()) {
            SpillToken before = set.spill(pool, block(4096, 1));
            channel("v0").faults = (call, _) -> call == Call.WRITE ? Fault.FAIL : Fault.NONE;
            channel("v1").faults = channel("v0").faults;
            SpillToken after = set.spill(pool, block(3 * 4096, 2));
            assertEquals(3L, used(set).get(2));
            assertEquals(2, set.statistics().failures().get(Kind.WRITE));
            assertEquals(List.of(false, false, true),
                    set.volumes().stream().map(SourceStatus::isAllocatable).toList());
            set.validate();
            restore(set, after, 2);
            restore(set, before, 1);
            channel("v0").faults = (_, _) -> Fault.NONE;
            set.readmit("v0");
            set.discard(set.spill(pool, block(15 * 4096, 3)));
            assertThrows(IllegalArgumentException.class, () -> set.readmit("nosuch"));
        }
    }

    @Test
    void spill_whenAllVolumesFail_keepsTheBlock() throws IOException {
        try (SpillSet set = builder(Tier.FAST, Tier.FAST).build()) {
            channel("v0").faults = (_, _) -> Fault.FAIL;
            channel("v1").faults = (_, _) -> Fault.FAIL;
            MemorySegment block = block(5000, 1);
            SpillException e = assertThrows(SpillException.class, () -> set.spill(pool, block));
            assertEquals(Kind.WRITE, e.kind());
            assertEquals(2, e.getSuppressed().length);
            Patterns.check(block, 5000, 1);
            set.validate();
            pool.free(block);
            channel("v0").faults = (_, _) -> Fault.NONE;
            channel("v1").faults = (_, _) -> Fault.NONE;
        }
    }

    @Test
    void fullDisk_isUsedAgainWhenSomethingOnItWasGivenUp() throws IOException {
        try (SpillSet set = builder(Tier.FAST).build()) {
            channel("v0").diskBytes = 6 * 4096;
            SpillToken first = set.spill(pool, block(4 * 4096, 1));
            MemorySegment block = block(4 * 4096, 2);
            SpillException e = assertThrows(SpillException.class, () -> set.spill(pool, block));
            assertEquals(Kind.FULL, e.kind());
            assertFalse(set.volumes().getFirst().isAllocatable());
            restore(set, first, 1);
            assertTrue(set.volumes().getFirst().isAllocatable());
            restore(set, set.spill(pool, block), 2);
        }
    }

    @Test
    void restore_ofADamagedCopy_readsTheOther() throws IOException {
        try (SpillSet set = builder(Tier.FAST, Tier.FAST, Tier.FAST).copies(2).apartByDomain().build()) {
            SpillToken token = set.spill(pool, block(9000, 1));
            List<Long> used = used(set);
            assertEquals(3, used.get(1), "one copy with the odd volume: " + used);
            channel("v1").flip(8999);
            restore(set, token, 1);
            long damaged = set.statistics().failures().getOrDefault(Kind.DAMAGED, 0L);
            assertTrue(damaged <= 1, "only if it was tried first: " + damaged);
            SpillToken both = set.spill(pool, block(9000, 2));
            channel("v0").flip(77);
            channel("v1").flip(78);
            channel("v2").flip(79);
            SpillException e = assertThrows(SpillException.class, () -> set.restore(both, pool));
            assertEquals(Kind.DAMAGED, e.kind());
            assertEquals(1, e.getSuppressed().length);
            assertTrue(String.valueOf(e.getMessage()).contains("copy 0 on [v"), e::getMessage);
            set.discard(both);
        }
    }

    @Test
    void build_withSettingsThatContradict_makesNoFile(@TempDir Path directory) throws IOException {
        assertThrows(IllegalArgumentException.class, () -> SpillSet.builder().build());
        Path file = directory.resolve("a");
        assertThrows(IllegalArgumentException.class,
                () -> SpillSet.builder().volume("a", file, 1 << 20, Tier.FAST).stripes(0).build());
        assertThrows(IllegalArgumentException.class,
                () -> SpillSet.builder().volume("a", file, 1 << 20, Tier.FAST).apartByDomain().build());
        assertThrows(IllegalArgumentException.class,
                () -> SpillSet.builder().volume("a", file, 1 << 20, Tier.FAST)
                        .volume("a", directory.resolve("b"), 1 << 20, Tier.FAST).build());
        assertThrows(IllegalArgumentException.class,
                () -> SpillSet.builder().volume("a", file, 100, Tier.FAST).build());
        assertThrows(IllegalArgumentException.class, () -> SpillSet.builder().volume("a", file, 0, Tier.FAST));
        try (var left = Files.list(directory)) {
            assertEquals(List.of(), left.toList());
        }
        Files.createFile(directory.resolve("b"));
        assertThrows(FileAlreadyExistsException.class,
                () -> SpillSet.builder().volume("a", file, 1 << 20, Tier.FAST)
                        .volume("b", directory.resolve("b"), 1 << 20, Tier.FAST).build());
        assertFalse(Files.exists(file));
    }

    @Test
    void close_whenAFileCanNotBeDeleted_closesTheOthers() throws IOException {
        SpillSet set = builder(Tier.FAST, Tier.FAST).build();
        channel("v0").faults = (_, _) -> Fault.FAIL;
        SpillException e = assertThrows(SpillException.class, set::close);
        assertEquals(Kind.SHRINK, e.kind());
        assertTrue(set.isClosed());
        assertTrue(channel("v1").isClosed());
    }
}
