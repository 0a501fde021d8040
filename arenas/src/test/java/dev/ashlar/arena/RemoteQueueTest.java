package dev.ashlar.arena;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import dev.ashlar.block.SizeClasses;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The queue of batches on their way back: bounded, never waited for, and its counts never below what is in it. */
class RemoteQueueTest {
    private static final int CAPACITY = 16;

    private final SpareBatches spare = new SpareBatches();
    private final RemoteQueue queue = new RemoteQueue(CAPACITY, spare);

    private static CellBatch batch(int sizeClass, long cell) {
        CellBatch batch = new CellBatch();
        batch.begin(sizeClass);
        batch.add(cell);
        return batch;
    }

    /** Case 35. */
    @Test
    void case35_offerToAFullQueue_isRefusedAndTheBatchStaysTheCallers() {
        for (int i = 0; i < CAPACITY; i++) {
            assertTrue(queue.offer(batch(3, 16L * (i + 1))));
        }
        CellBatch refused = batch(3, 4096);
        assertFalse(queue.offer(refused));
        assertEquals(1, refused.count());
        assertEquals(4096, refused.cells()[0]);
        assertEquals(CAPACITY, queue.cells(), "a refused batch does not count");
        assertEquals((long) CAPACITY * SizeClasses.usableBytes(3), queue.bytes());
        for (int i = 0; i < CAPACITY; i++) {
            CellBatch taken = queue.poll();
            assertNotNull(taken);
            assertEquals(16L * (i + 1), taken.cells()[0], "in the order in which they came");
            queue.done(taken);
        }
        assertNull(queue.poll());
        assertEquals(0, queue.cells());
        assertEquals(0, queue.bytes());
        assertTrue(queue.offer(refused));
    }

    @Test
    void done_batch_isUsedAgainEmpty() {
        CellBatch batch = batch(0, 16);
        assertTrue(queue.offer(batch));
        assertSame(batch, queue.poll());
        queue.done(batch);
        assertSame(batch, spare.get());
        assertEquals(0, batch.count());
    }

    /**
     * Case 36: a producer has claimed its slot and is stopped before it writes there. The consumer takes nothing, says that there is something,
     * and does not wait; when the producer goes on, its batch is the first.
     */
    @Test
    void case36_producerStallsInTheMiddleOfAnOffer_isNotWaitedFor() throws ReflectiveOperationException {
        MpscVarHandleArrayQueue<?> inner = (MpscVarHandleArrayQueue<?>) field(queue, "queue");
        long claimed = inner.currentProducerIndex();
        Method claim = method(inner.getClass(), "casProducerIndex");
        assertEquals(true, claim.invoke(inner, claimed, claimed + 1));
        CellBatch later = batch(2, 32);
        assertTrue(queue.offer(later));
        for (int i = 0; i < 1000; i++) {
            assertNull(queue.poll());
        }
        assertFalse(queue.isEmpty());
        assertEquals(1, queue.cells(), "of the batch behind");
        CellBatch stalled = batch(1, 16);
        Object[] slots = (Object[]) field(inner, "buffer");
        slots[(int) claimed & (slots.length - 1)] = stalled;
        assertSame(stalled, queue.poll());
        assertSame(later, queue.poll());
    }

    private static Object field(Object of, String name) throws ReflectiveOperationException {
        for (Class<?> type = of.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return field.get(of);
                }
            }
        }
        throw new NoSuchFieldException(name);
    }

    private static Method method(Class<?> of, String name) throws ReflectiveOperationException {
        for (Class<?> type = of; type != null; type = type.getSuperclass()) {
            for (Method method : type.getDeclaredMethods()) {
                if (method.getName().equals(name)) {
                    method.setAccessible(true);
                    return method;
                }
            }
        }
        throw new NoSuchMethodException(name);
    }

    /** Several producers, one consumer: each batch once, none lost, and the counts come out at nothing. */
    @Test
    void offer_byManyThreads_eachBatchOnce() throws InterruptedException {
        int producers = 3;
        int each = 20_000;
        AtomicInteger[] seen = new AtomicInteger[producers * each];
        for (int i = 0; i < seen.length; i++) {
            seen[i] = new AtomicInteger();
        }
        CountDownLatch done = new CountDownLatch(producers);
        for (int p = 0; p < producers; p++) {
            int first = p * each;
            Thread.ofPlatform().daemon().start(() -> {
                for (int i = 0; i < each; i++) {
                    CellBatch batch = spare.get();
                    batch.begin(5);
                    batch.add(first + i);
                    while (!queue.offer(batch)) {
                        Thread.onSpinWait();
                    }
                }
                done.countDown();
            });
        }
        for (int taken = 0; taken < seen.length;) {
            CellBatch batch = queue.poll();
            if (batch != null) {
                seen[(int) batch.cells()[0]].incrementAndGet();
                queue.done(batch);
                taken++;
            }
        }
        done.await();
        for (int i = 0; i < seen.length; i++) {
            assertEquals(1, seen[i].get(), "batch " + i);
        }
        assertEquals(0, queue.cells());
        assertTrue(queue.isEmpty());
    }
}
