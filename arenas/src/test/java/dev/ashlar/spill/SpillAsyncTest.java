package dev.ashlar.spill;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.spill.SpillException.Kind;
import dev.ashlar.spill.TestChannel.Call;
import dev.ashlar.spill.TestChannel.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Operations in the background: bounded, cancelled, failing, and closed under. */
class SpillAsyncTest {
    private static final int MAX_IN_FLIGHT = 3;

    private final TestChannel channel = new TestChannel();
    private final AtomicInteger writing = new AtomicInteger();
    private final AtomicInteger mostWriting = new AtomicInteger();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(1);
    private Interruption beforeRead = () -> {};
    private MemoryPool pool;
    private SpillFile spill;

    @BeforeEach
    void open() throws IOException {
        pool = MemoryPool.builder().name("spilling").capacity(32 << 20).build();
        spill = SpillFile.builder(Path.of("memory")).channels((_, _) -> new Counted()).inFlight(MAX_IN_FLIGHT, 1 << 20)
                .build();
    }

    @AfterEach
    void close() throws IOException {
        spill.close();
        pool.validateQuiet();
        assertEquals(0, pool.statistics().memory().liveBytes());
        pool.close();
    }

    /** What happens in the middle of a call. */
    private interface Interruption {
        void call() throws IOException;
    }

    /** Says how many write at once; the first write waits for the gate. */
    private final class Counted implements SpillChannel {
        private void await() {
            begun.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public int write(java.nio.ByteBuffer source, long position) throws IOException {
            mostWriting.accumulateAndGet(writing.incrementAndGet(), Math::max);
            try {
                await();
                return channel.write(source, position);
            } finally {
                writing.decrementAndGet();
            }
        }

        @Override
        public int read(java.nio.ByteBuffer target, long position) throws IOException {
            beforeRead.call();
            return channel.read(target, position);
        }

        @Override
        public void truncate(long byteSize) throws IOException {
            channel.truncate(byteSize);
        }

        @Override
        public void force() throws IOException {
            channel.force();
        }

        @Override
        public long usableBytes() {
            return channel.usableBytes();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private MemorySegment block(long byteSize, long seed) {
        return Patterns.fill(pool.allocate(byteSize, 1), seed);
    }

    @Test
    void spillAsync_many_areBoundedAndRestored() throws IOException {
        gate.countDown();
        List<CompletableFuture<SpillToken>> spilled = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            spilled.add(spill.spillAsync(pool, block(10_000, i)));
        }
        List<CompletableFuture<MemorySegment>> restored = new ArrayList<>();
        spilled.forEach(token -> restored.add(spill.restoreAsync(token.join(), pool)));
        for (int i = 0; i < 100; i++) {
            Patterns.check(restored.get(i).join(), 10_000, i);
            pool.free(restored.get(i).join());
        }
        assertTrue(mostWriting.get() <= MAX_IN_FLIGHT, "at once: " + mostWriting);
        spill.validate();
        assertEquals(0, spill.statistics().liveBlocks());
    }

    @Test
    void discard_whileSomebodyReads_keepsThePlaceUntilItIsRead() throws IOException {
        gate.countDown();
        SpillToken token = spill.spill(pool, block(20_000, 1));
        List<SpillToken> later = new ArrayList<>();
        beforeRead = () -> {
            beforeRead = () -> {};
            spill.discard(token);
            later.add(spill.spill(pool, block(20_000, 2)));
        };
        MemorySegment target = MemorySegment.ofArray(new byte[20_000]);
        spill.read(token, target);
        Patterns.check(target, 20_000, 1);
        spill.validate();
        assertEquals(1, spill.statistics().liveBlocks());
        spill.read(later.getFirst(), target);
        Patterns.check(target, 20_000, 2);
        spill.discard(later.getFirst());
        assertEquals(0, spill.statistics().usedBytes());
    }

    @Test
    void spillAsync_beyondTheBytesInFlight_waits() throws Exception {
        CompletableFuture<SpillToken> large = spill.spillAsync(pool, block(3 << 20, 1));
        begun.await();
        assertEquals(3 << 20, spill.statistics().inFlightBytes());
        MemorySegment small = block(100, 2);
        CompletableFuture<SpillToken> waits =
                CompletableFuture.completedFuture(small).thenComposeAsync(block -> spill.spillAsync(pool, block));
        assertEquals(1, spill.statistics().inFlight());
        assertFalse(large.isDone());
        gate.countDown();
        spill.discard(large.join());
        spill.discard(waits.join());
        assertEquals(1, mostWriting.get());
    }

    @Test
    void cancel_beforeTheHandover_keepsTheBlock() throws Exception {
        MemorySegment block = block(5000, 4);
        CompletableFuture<SpillToken> future = spill.spillAsync(pool, block);
        begun.await();
        assertTrue(future.cancel(true));
        assertTrue(future.isCancelled());
        gate.countDown();
        spill.close();
        Patterns.check(block, 5000, 4);
        pool.free(block);
        assertEquals(0, spill.statistics().usedBytes());
        assertEquals(0, spill.statistics().spilledBlocks());
        assertTrue(future.cancel(false), "still cancelled");
    }

    @Test
    void cancel_afterTheHandover_isRefused() throws IOException {
        gate.countDown();
        CompletableFuture<SpillToken> future = spill.spillAsync(pool, block(5000, 4));
        SpillToken token = future.join();
        assertFalse(future.cancel(true));
        spill.discard(token);
    }

    @Test
    void restoreAsync_ofDamagedContents_failsAndKeepsTheToken() throws IOException {
        gate.countDown();
        SpillToken token = spill.spill(pool, block(5000, 4));
        channel.faults = (call, _) -> call == Call.READ ? Fault.FLIP : Fault.NONE;
        CompletionException e =
                assertThrows(CompletionException.class, () -> spill.restoreAsync(token, pool).join());
        assertEquals(Kind.DAMAGED, assertInstanceOf(SpillException.class, e.getCause()).kind());
        channel.faults = (_, _) -> Fault.NONE;
        MemorySegment restored = spill.restoreAsync(token, pool).join();
        Patterns.check(restored, 5000, 4);
        pool.free(restored);
    }

    @Test
    void close_withOperationsUnderWay_waitsForThemAndFailsTheOthers() throws Exception {
        List<MemorySegment> blocks = new ArrayList<>();
        List<CompletableFuture<SpillToken>> futures = new ArrayList<>();
        for (int i = 0; i < MAX_IN_FLIGHT; i++) {
            blocks.add(block(1000, i));
            futures.add(spill.spillAsync(pool, blocks.get(i)));
        }
        begun.await();
        MemorySegment late = block(1000, 9);
        CompletableFuture<SpillToken> waiting =
                CompletableFuture.completedFuture(late).thenComposeAsync(block -> spill.spillAsync(pool, block));
        Thread closing = Thread.startVirtualThread(() -> {
            try {
                spill.close();
            } catch (SpillException e) {
                throw new AssertionError(e);
            }
        });
        // Whether it waits in line or comes too late: it fails while the others still write.
        CompletionException e = assertThrows(CompletionException.class, () -> waiting.join());
        assertEquals(Kind.CLOSED, assertInstanceOf(SpillException.class, e.getCause()).kind());
        assertFalse(channel.isClosed());
        gate.countDown();
        futures.forEach(CompletableFuture::join);
        closing.join();
        assertTrue(channel.isClosed());
        Patterns.check(late, 1000, 9);
        pool.free(late);
    }

    @Test
    void close_byWhatDependsOnAFuture_doesNotWaitForItself() {
        gate.countDown();
        spill.spillAsync(pool, block(1000, 1)).thenAccept(_ -> {
            try {
                spill.close();
            } catch (SpillException e) {
                throw new AssertionError(e);
            }
        }).join();
        assertTrue(spill.isClosed());
    }
}
