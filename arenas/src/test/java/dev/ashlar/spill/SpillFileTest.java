package dev.ashlar.spill;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import dev.ashlar.InvalidFreeException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.MovableHandle;
import dev.ashlar.arenas.Pin;
import dev.ashlar.spill.SpillException.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A spill file on a real file system: what it takes and gives, and each misuse. */
class SpillFileTest {
    @TempDir
    private Path directory;

    private Path path;
    private MemoryPool pool;
    private SpillFile spill;

    @BeforeEach
    void open() throws IOException {
        path = directory.resolve("test.spill");
        pool = MemoryPool.builder().name("spilling").capacity(32 << 20).build();
        spill = SpillFile.builder(path).name("test").shrinkBy(4096).build();
    }

    @AfterEach
    void close() throws IOException {
        spill.close();
        assertFalse(Files.exists(path), "the file is deleted");
        pool.validateQuiet();
        assertEquals(0, pool.statistics().memory().liveBytes());
        pool.close();
    }

    private MemorySegment block(long byteSize, long seed) {
        return Patterns.fill(pool.allocate(byteSize, 1), seed);
    }

    private SpillException refused(Kind kind, org.junit.jupiter.api.function.Executable call) {
        SpillException e = assertThrows(SpillException.class, call);
        assertEquals(kind, e.kind(), e::getMessage);
        return e;
    }

    @Test
    void spill_ofAnySize_isRestored() throws IOException {
        List<SpillToken> tokens = new ArrayList<>();
        long[] sizes = {0, 1, 15, 4095, 4096, 4097, 100_000, 3 << 20};
        for (long size : sizes) {
            tokens.add(spill.spill(pool, block(size, size)));
        }
        assertEquals(0, pool.statistics().memory().liveBytes());
        spill.validate();
        for (int i = 0; i < sizes.length; i++) {
            MemorySegment restored = spill.restore(tokens.get(i), pool);
            Patterns.check(restored, sizes[i], sizes[i]);
            pool.free(restored);
            spill.validate();
        }
        SpillStatistics now = spill.statistics();
        assertEquals(0, now.usedBytes());
        assertEquals(0, now.fileBytes());
        assertEquals(0, Files.size(path));
        assertEquals(sizes.length, now.spilledBlocks());
        assertEquals(sizes.length, now.restoredBlocks());
        assertEquals(now.spilledBytes(), now.restoredBytes());
        assertEquals(0, now.failureCount());
    }

    @Test
    void spill_withoutPool_keepsTheMemory() throws IOException {
        try (Arena scope = pool.openArena(); Arena other = Arena.ofConfined()) {
            MemorySegment mine = Patterns.fill(scope.allocate(1000), 1);
            SpillToken token = spill.spill(mine.asSlice(8, 992));
            assertEquals(992, token.byteSize());
            MemorySegment target = other.allocate(1000);
            spill.read(token, target);
            assertEquals(-1, target.asSlice(0, 992).mismatch(mine.asSlice(8)));
            Patterns.check(mine, 1000, 1);
            spill.discard(token);
        }
        assertEquals(1, spill.statistics().discardedBlocks());
    }

    @Test
    void spill_ofAPinnedMovable_isRestored() throws IOException {
        MovableHandle handle = pool.allocateMovable(5000);
        SpillToken token;
        try (Pin pin = handle.pin()) {
            token = spill.spill(Patterns.fill(pin.segment(), 3));
        }
        handle.free();
        MemorySegment restored = spill.restore(token, pool);
        Patterns.check(restored, 5000, 3);
        pool.free(restored);
    }

    @Test
    void spill_ofABudgetsBlock_isChargedBackAndAgain() throws IOException {
        try (Budget budget = pool.openBudget("query", 1 << 20)) {
            MemorySegment block = Patterns.fill(budget.allocate(600_000, 1), 5);
            SpillToken token = spill.spill(budget, block);
            assertEquals(0, budget.statistics().liveBytes());
            MemorySegment other = budget.allocate(600_000, 1);
            assertThrows(PoolExhaustedException.class, () -> spill.restore(token, budget));
            budget.free(other);
            MemorySegment restored = spill.restore(token, budget);
            Patterns.check(restored, 600_000, 5);
            SpillToken again = spill.spill(pool, restored);
            assertEquals(0, budget.statistics().liveBytes());
            spill.discard(again);
        }
    }

    @Test
    void spill_ofWhatThePoolCanNotFree_changesNothing() throws IOException {
        MemorySegment block = block(9000, 1);
        try (Arena scope = pool.openArena(); Budget budget = pool.openBudget("other", 1 << 20)) {
            MemorySegment scopes = scope.allocate(100);
            assertThrows(InvalidFreeException.class, () -> spill.spill(pool, scopes));
            assertThrows(InvalidFreeException.class, () -> spill.spill(pool, block.asSlice(16)));
            assertThrows(InvalidFreeException.class, () -> spill.spill(pool, MemorySegment.ofArray(new byte[10])));
            assertThrows(InvalidFreeException.class, () -> spill.spill(budget, block));
            Patterns.check(block, 9000, 1);
            spill.validate();
            assertEquals(0, spill.statistics().usedBytes());
            assertEquals(0, spill.statistics().spilledBlocks());
        }
        pool.free(block);
        assertThrows(InvalidFreeException.class, () -> spill.spill(pool, block));
        assertEquals(0, spill.statistics().usedBytes());
    }

    @Test
    void token_thatWasGivenUp_isRefused() throws IOException {
        SpillToken token = spill.spill(pool, block(100, 1));
        assertEquals(token, spill.token(token.number()));
        SpillToken other = spill.spill(pool, block(100, 2));
        assertNotEquals(token.number(), other.number());
        spill.discard(token);
        SpillToken reused = spill.spill(pool, block(100, 3));
        for (SpillToken bad : List.of(token, new SpillToken(reused.number(), 99), new SpillToken(-1, 100))) {
            assertThrows(IllegalArgumentException.class, () -> spill.restore(bad, pool));
            assertThrows(IllegalArgumentException.class, () -> spill.discard(bad));
            assertThrows(IllegalArgumentException.class, () -> spill.read(bad, MemorySegment.ofArray(new byte[200])));
        }
        assertThrows(IllegalArgumentException.class, () -> spill.token(token.number()));
        try (SpillFile second = SpillFile.builder(directory.resolve("second")).build()) {
            assertThrows(IllegalArgumentException.class, () -> second.discard(other));
        }
        spill.discard(other);
        spill.discard(reused);
    }

    @Test
    void read_intoTooShortATarget_isRefused() throws IOException {
        SpillToken token = spill.spill(pool, block(100, 1));
        assertThrows(IllegalArgumentException.class, () -> spill.read(token, MemorySegment.ofArray(new byte[99])));
        MemorySegment target = MemorySegment.ofArray(new byte[100]);
        spill.read(token, target);
        Patterns.check(target, 100, 1);
        assertEquals(1, spill.statistics().readBlocks());
    }

    @Test
    void space_isUsedAgain_andTheFileShrinks() throws IOException {
        List<SpillToken> tokens = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            tokens.add(spill.spill(pool, block(8192, i)));
        }
        assertEquals(10 * 8192, Files.size(path));
        spill.discard(tokens.get(3));
        assertEquals(10 * 8192, Files.size(path));
        assertEquals(8192, spill.statistics().largestFreeBytes());
        SpillToken again = spill.spill(pool, block(5000, 77));
        assertEquals(10 * 8192, Files.size(path));
        assertEquals(0, spill.statistics().freeBytes());
        for (int i = 9; i > 3; i--) {
            spill.discard(tokens.get(i));
            assertTrue(Files.size(path) <= i * 8192L, "shrunk to " + Files.size(path));
        }
        MemorySegment restored = spill.restore(again, pool);
        Patterns.check(restored, 5000, 77);
        pool.free(restored);
        assertEquals(3 * 8192, Files.size(path));
        spill.validate();
    }

    @Test
    void spill_beyondTheLimit_isRefused() throws IOException {
        try (SpillFile small = SpillFile.builder(directory.resolve("small")).limit(3 * 4096).build()) {
            SpillToken first = small.spill(pool, block(8000, 1));
            MemorySegment block = block(5000, 2);
            SpillException e = refused(Kind.FULL, () -> small.spill(pool, block));
            assertTrue(String.valueOf(e.getMessage()).contains("limit 12288, 8192 used"), e::getMessage);
            Patterns.check(block, 5000, 2);
            small.validate();
            small.discard(first);
            small.discard(small.spill(pool, block));
            assertEquals(1, small.statistics().failures().get(Kind.FULL));
        }
    }

    @Test
    void restore_ofDamagedContents_isRefusedUntilTheyAreSound() throws IOException {
        SpillToken first = spill.spill(pool, block(8192, 1));
        SpillToken token = spill.spill(pool, block(10_000, 2));
        flip(8192 + 9_999);
        SpillException e = refused(Kind.DAMAGED, () -> spill.restore(token, pool));
        assertTrue(String.valueOf(e.getMessage()).contains(token + " at offset 8192: CRC-32C 0x"), e::getMessage);
        assertTrue(String.valueOf(e.getMessage()).contains("expected: 0x"), e::getMessage);
        assertEquals(0, pool.statistics().memory().liveBytes());
        spill.validate();
        flip(8192 + 9_999);
        MemorySegment restored = spill.restore(token, pool);
        Patterns.check(restored, 10_000, 2);
        pool.free(restored);
        spill.discard(first);
    }

    private void flip(long position) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            java.nio.ByteBuffer one = java.nio.ByteBuffer.allocate(1);
            channel.read(one, position);
            one.put(0, (byte) (one.get(0) ^ 64)).rewind();
            channel.write(one, position);
        }
    }

    @Test
    void restore_ofATruncatedFile_isRefused() throws IOException {
        SpillToken token = spill.spill(pool, block(10_000, 2));
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(4000);
        }
        SpillException e = refused(Kind.TRUNCATED, () -> spill.restore(token, pool));
        assertTrue(String.valueOf(e.getMessage()).contains("the file ends at 4000 (expected: 10000 or later)"),
                e::getMessage);
        spill.discard(token);
    }

    @Test
    void interrupt_harmsNoOperation() throws Exception {
        SpillToken before = spill.spill(pool, block(50_000, 1));
        Thread.currentThread().interrupt();
        SpillToken during = spill.spill(pool, block(50_000, 2));
        assertTrue(Thread.currentThread().isInterrupted());
        MemorySegment restored = spill.restore(before, pool);
        assertTrue(Thread.interrupted());
        Patterns.check(restored, 50_000, 1);
        pool.free(restored);
        restored = spill.restore(during, pool);
        Patterns.check(restored, 50_000, 2);
        pool.free(restored);
        assertEquals(0, spill.statistics().failureCount());
    }

    @Test
    void interrupt_whenTheFileIsGone_saysSo() throws Exception {
        SpillToken token = spill.spill(pool, block(50_000, 1));
        Files.delete(path);
        Thread.currentThread().interrupt();
        SpillException e = refused(Kind.MISSING, () -> spill.restore(token, pool));
        assertTrue(Thread.interrupted());
        assertTrue(String.valueOf(e.getMessage()).contains("test.spill"), e::getMessage);
        MemorySegment block = block(100, 2);
        refused(Kind.MISSING, () -> spill.spill(pool, block));
        Patterns.check(block, 100, 2);
        pool.free(block);
    }

    @Test
    void closed_refusesEverything() throws IOException {
        SpillToken token = spill.spill(pool, block(100, 1));
        spill.close();
        spill.close();
        assertTrue(spill.isClosed());
        MemorySegment block = block(100, 2);
        refused(Kind.CLOSED, () -> spill.spill(pool, block));
        refused(Kind.CLOSED, () -> spill.spill(block));
        refused(Kind.CLOSED, () -> spill.restore(token, pool));
        refused(Kind.CLOSED, () -> spill.read(token, block));
        refused(Kind.CLOSED, () -> spill.discard(token));
        refused(Kind.CLOSED, spill::force);
        assertTrue(spill.spillAsync(pool, block).isCompletedExceptionally());
        Patterns.check(block, 100, 2);
        pool.free(block);
    }

    @Test
    void build_whereAFileIs_isRefused() throws IOException {
        assertThrows(FileAlreadyExistsException.class, () -> SpillFile.builder(path).build());
        assertTrue(Files.exists(path));
        assertThrows(IOException.class, () -> SpillFile.builder(directory.resolve("no/such")).build());
    }

    @Test
    void builder_withValuesOutOfRange_isRefused() {
        SpillFileBuilder builder = SpillFile.builder(directory.resolve("x"));
        assertThrows(IllegalArgumentException.class, () -> builder.blockSize(0));
        assertThrows(IllegalArgumentException.class, () -> builder.blockSize(256));
        assertThrows(IllegalArgumentException.class, () -> builder.blockSize(5000));
        assertThrows(IllegalArgumentException.class, () -> builder.limit(0));
        assertThrows(IllegalArgumentException.class, () -> builder.shrinkBy(0));
        assertThrows(IllegalArgumentException.class, () -> builder.inFlight(0, 1));
        assertThrows(IllegalArgumentException.class, () -> builder.inFlight(1, 0));
    }

    @Test
    void sync_andForce_keepContents() throws IOException {
        try (SpillFile synced = SpillFile.builder(directory.resolve("synced")).sync(true).blockSize(512).build()) {
            SpillToken token = synced.spill(pool, block(1300, 9));
            synced.force();
            assertEquals(1536, synced.statistics().usedBytes());
            MemorySegment restored = synced.restore(token, pool);
            Patterns.check(restored, 1300, 9);
            pool.free(restored);
        }
    }

    @Test
    void restore_whenThePoolIsFull_keepsTheToken() throws IOException {
        SpillToken token = spill.spill(pool, block(4 << 20, 1));
        List<MemorySegment> all = new ArrayList<>();
        for (MemorySegment next = pool.tryAllocate(1 << 20, 1); next != null; next = pool.tryAllocate(1 << 20, 1)) {
            all.add(next);
        }
        assertThrows(PoolExhaustedException.class, () -> spill.restore(token, pool));
        all.forEach(pool::free);
        MemorySegment restored = spill.restore(token, pool);
        Patterns.check(restored, 4 << 20, 1);
        pool.free(restored);
    }
}
