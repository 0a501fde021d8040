package dev.ashlar.record;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** One order for the events of many threads; a ring that is full, and one that is closed. */
class EventRingTest {
    private static final int SLOTS = 1024;
    private final EventRing ring = new EventRing(SLOTS);

    private void put(long place, long address) {
        ring.put(place, EventRing.FREED, address, 0, 0, 1, 7);
    }

    private long take() {
        assertTrue(ring.hasNext());
        long address = ring.address();
        ring.advance();
        return address;
    }

    @Test
    void slots_notAPowerOfTwo_areRefused() {
        assertThrows(IllegalArgumentException.class, () -> new EventRing(1025));
        assertThrows(IllegalArgumentException.class, () -> new EventRing(512));
    }

    @Test
    void put_allWords_comeOutAsTheyWentIn() {
        ring.put(ring.claim(), EventRing.RESIZED, 1L << 46, (1L << 46) + 16, Long.MAX_VALUE, 4096, -3);
        assertTrue(ring.hasNext());
        assertEquals(EventRing.RESIZED, ring.kind());
        assertEquals(1L << 46, ring.address());
        assertEquals((1L << 46) + 16, ring.moved());
        assertEquals(Long.MAX_VALUE, ring.byteSize());
        assertEquals(4096, ring.alignment());
        assertEquals(-3, ring.thread());
        ring.advance();
        assertFalse(ring.hasNext());
        assertFalse(ring.isDone());
    }

    @Test
    void order_isThatOfClaims_andWaitsForWhoClaimedFirst() {
        long first = ring.claim();
        long second = ring.claim();
        put(second, 2);
        assertFalse(ring.hasNext());
        put(first, 1);
        assertEquals(1, take());
        assertEquals(2, take());
    }

    @Test
    void close_takesWhatWasClaimedAndNothingElse() {
        long claimed = ring.claim();
        ring.close();
        ring.close();
        assertEquals(EventRing.REFUSED, ring.claim());
        assertEquals(EventRing.REFUSED, ring.claim());
        assertFalse(ring.isDone());
        put(claimed, 1);
        assertEquals(1, take());
        assertTrue(ring.isDone());
        assertFalse(ring.hasNext());
        assertFalse(ring.isOverflown());
    }

    @Test
    void claim_fullAndNobodyTakes_endsTheOrderThere() {
        for (int i = 0; i < SLOTS; i++) {
            put(ring.claim(), i);
        }
        assertFalse(ring.isOverflown());
        assertEquals(EventRing.REFUSED, ring.claim());
        assertTrue(ring.isOverflown());
        assertEquals(EventRing.REFUSED, ring.claim());
        for (int i = 0; i < SLOTS; i++) {
            assertEquals(i, take());
        }
        assertTrue(ring.isDone());
    }

    @Test
    void claim_fullAndTakenMeanwhile_goesOn() throws Exception {
        for (int i = 0; i < SLOTS; i++) {
            put(ring.claim(), i);
        }
        Thread waiting = Thread.ofPlatform().start(() -> put(ring.claim(), SLOTS));
        for (int i = 0; i < SLOTS; i++) {
            assertEquals(i, take());
        }
        waiting.join();
        assertEquals(SLOTS, take());
        assertFalse(ring.isOverflown());
    }

    /** Several threads, many times around: each one's events in its order, none lost. */
    @Test
    void manyThreads_eachOnesEventsComeInItsOrder() throws Exception {
        int threads = 4;
        int each = 100_000;
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            long number = i;
            running.add(Thread.ofPlatform().start(() -> {
                for (int event = 0; event < each; event++) {
                    ring.put(ring.claim(), EventRing.FREED, event, 0, 0, 1, number);
                }
            }));
        }
        long[] next = new long[threads];
        for (int taken = 0; taken < threads * each; taken++) {
            while (!ring.hasNext()) {
                ring.tellTaken();
                Thread.onSpinWait();
            }
            int thread = (int) ring.thread();
            assertEquals(next[thread]++, take());
        }
        for (Thread thread : running) {
            thread.join();
        }
        ring.close();
        assertTrue(ring.isDone());
    }
}
