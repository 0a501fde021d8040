package dev.ashlar.bench.replay;

import java.util.concurrent.atomic.AtomicIntegerArray;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The crew, and its threads' handovers. */
class ReplayCrewTest {
    private static final int THREADS = 5;

    @Test
    void run_manyTurns_eachThreadWorksOnceATurn() throws ReplayException {
        AtomicIntegerArray turns = new AtomicIntegerArray(THREADS);
        Thread[] who = new Thread[THREADS];
        try (ReplayCrew crew = new ReplayCrew(THREADS)) {
            for (int turn = 0; turn < 100; turn++) {
                boolean isFirst = turn == 0;
                long nanos = crew.run(thread -> {
                    turns.incrementAndGet(thread);
                    who[thread] = isFirst ? Thread.currentThread() : who[thread];
                    assertSame(who[thread], Thread.currentThread());
                });
                assertTrue(nanos >= 0);
                assertEquals(turn + 1, turns.get(THREADS - 1));
            }
        }
        for (int thread = 0; thread < THREADS; thread++) {
            assertEquals(100, turns.get(thread));
            assertFalse(who[thread].isAlive());
        }
    }

    @Test
    void run_noThread_returns() throws ReplayException {
        try (ReplayCrew crew = new ReplayCrew(0)) {
            assertTrue(crew.run(thread -> assertEquals(-1, thread)) >= 0);
        }
    }

    @Test
    void run_oneThrows_whoWaitsForItGivesUp() {
        Handover handover;
        try (ReplayCrew crew = new ReplayCrew(THREADS)) {
            handover = new Handover(THREADS, crew::hasFailed);
            handover.nextPass();
            IllegalStateException planted = new IllegalStateException("planted");

            IllegalStateException e = assertThrows(IllegalStateException.class, () -> crew.run(thread -> {
                if (thread == 2) {
                    throw planted;
                }
                handover.await(thread);
            }));

            assertSame(planted, e);
            assertTrue(crew.hasFailed());
        }
    }

    @Test
    void await_publishedBefore_doesNotWait() {
        Handover handover = new Handover(2, () -> false);
        handover.nextPass();

        handover.publish(1);

        assertFalse(handover.await(1));
    }

    @Test
    void await_ofAnEarlierPass_isNoLongerPublished() {
        Handover handover = new Handover(1, () -> true);
        handover.nextPass();
        handover.publish(0);
        handover.nextPass();

        assertThrows(Handover.AbortedException.class, () -> handover.await(0));
    }

    /** A ring, in which each thread adds to what the one before it has left: nothing is lost, and each wait ends. */
    @Test
    void await_inARing_seesAllThatWasDoneBefore() throws ReplayException {
        int rounds = 2000;
        long[] sum = {0};
        try (ReplayCrew crew = new ReplayCrew(THREADS)) {
            Handover handover = new Handover(THREADS * rounds, crew::hasFailed);
            for (int pass = 1; pass <= 3; pass++) {
                handover.nextPass();
                crew.run(thread -> {
                    for (int i = thread; i < THREADS * rounds; i += THREADS) {
                        if (i > 0) {
                            handover.await(i - 1);
                        }
                        sum[0]++;
                        handover.publish(i);
                    }
                });
                assertEquals((long) pass * THREADS * rounds, sum[0]);
            }
        }
    }
}
