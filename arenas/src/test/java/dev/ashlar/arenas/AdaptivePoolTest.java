package dev.ashlar.arenas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.ashlar.Adaptation;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.PolicySwitch;
import dev.ashlar.os.Memory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Arenas see what is no cell: blocks above 8,200 bytes, and slabs. */
class AdaptivePoolTest {
    private static final long REGION = 1L << 20;
    private static final int WINDOWS = 3;
    private static final int WINDOW = 1024;
    private static final int PREPARING = 200;
    private static final long BLOCK = 20_000;

    /** The worker keeps away, so that windows are only those of the requests. */
    private static MemoryPoolBuilder builder(Favour favour) {
        return MemoryPool.builder()
                .capacity(128 * REGION)
                .regionSize(REGION)
                .arenas(1)
                .reclaimPeriod(Duration.ofDays(1))
                .policy(FitPolicy.ADAPTIVE)
                .favour(favour);
    }

    private static List<Long> scatter(MemoryPool pool) {
        List<Long> kept = new ArrayList<>();
        List<Long> freed = new ArrayList<>();
        for (int i = 0; i < 8 * REGION / BLOCK; i++) {
            (i % 2 == 0 ? kept : freed).add(pool.allocateAddress(BLOCK));
        }
        freed.forEach(pool::freeAddress);
        return kept;
    }

    private static void requests(MemoryPool pool, int count) {
        for (int i = 0; i < count; i++) {
            pool.freeAddress(pool.allocateAddress(10_000));
        }
    }

    @ParameterizedTest
    @EnumSource(Favour.class)
    void adaptive_scattered_switchesAndSaysWhy(Favour favour) {
        try (MemoryPool pool = builder(favour).build()) {
            assertEquals(FitPolicy.ADAPTIVE, pool.policy());
            assertEquals(favour, pool.favour());
            scatter(pool);
            requests(pool, (WINDOWS + 1) * WINDOW + PREPARING);
            Adaptation now = pool.adaptation();
            assertEquals(favour, now.favour());
            assertEquals(List.of(favour == Favour.SPEED ? FitPolicy.BEST_FIT : FitPolicy.FIRST_FIT), now.inForce());
            assertEquals(1, now.switches());
            PolicySwitch only = now.recent().getFirst();
            assertEquals(now.inForce().getFirst(), only.to());
            assertEquals(WINDOW, only.evidence().requests());
            assertTrue(only.evidence().scattered() > 0.2, only::toString);
            assertTrue(only.evidence().nanos() > 0 && only.evidence().load() > 0, only::toString);
            pool.validateQuiet();
        }
    }

    @Test
    void adaptive_cellsAlone_decideNothing() {
        try (MemoryPool pool = builder(Favour.FOOTPRINT).build()) {
            scatter(pool);
            for (int i = 0; i < 10 * WINDOW; i++) {
                pool.freeAddress(pool.allocateAddress(100));
            }
            assertEquals(0, pool.adaptation().switches());
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ADAPTIVE")
    void fixed_scattered_stays(FitPolicy policy) {
        try (MemoryPool pool = builder(Favour.FOOTPRINT).policy(policy).build()) {
            scatter(pool);
            requests(pool, 10 * WINDOW);
            assertEquals(policy, pool.policy());
            assertEquals(new Adaptation(Favour.FOOTPRINT, List.of(policy), 0, 0, List.of()), pool.adaptation());
        }
    }

    @Test
    void policy_fixedOnAnAdaptivePool_staysUntilAdaptiveIsSetAgain() {
        try (MemoryPool pool = builder(Favour.FOOTPRINT).build()) {
            scatter(pool);
            requests(pool, (WINDOWS + 1) * WINDOW + PREPARING);
            pool.policy(FitPolicy.NEXT_FIT);
            requests(pool, 10 * WINDOW);
            assertEquals(FitPolicy.NEXT_FIT, pool.policy());
            assertEquals(List.of(FitPolicy.NEXT_FIT), pool.adaptation().inForce());
            assertEquals(1, pool.adaptation().switches());

            pool.policy(FitPolicy.ADAPTIVE);
            assertEquals(FitPolicy.ADAPTIVE, pool.policy());
            assertEquals(List.of(FitPolicy.BEST_FIT), pool.adaptation().inForce());
            requests(pool, (WINDOWS + 1) * WINDOW + PREPARING);
            assertEquals(List.of(FitPolicy.FIRST_FIT), pool.adaptation().inForce());
            assertEquals(2, pool.adaptation().switches());
        }
    }

    @Test
    void adaptation_severalArenas_eachForItself() {
        try (MemoryPool pool = builder(Favour.FOOTPRINT).arenas(3).build()) {
            Adaptation now = pool.adaptation();
            assertEquals(List.of(FitPolicy.BEST_FIT, FitPolicy.BEST_FIT, FitPolicy.BEST_FIT), now.inForce());
        }
    }

    @Test
    void adaptation_closed_isRefused() {
        MemoryPool pool = builder(Favour.SPEED).build();
        pool.close();
        assertThrows(IllegalStateException.class, pool::adaptation);
    }

    /** Threads allocate and free blocks and cells in tides, and hand some over, while the worker looks at the evidence and an operator sets policies. */
    @Test
    void adaptive_manyThreads_losesNothing() {
        long seed = Long.getLong("ashlar.seed", System.nanoTime());
        System.out.printf("adaptive pool: seed %d%n", seed);
        try (MemoryPool pool = builder(Favour.FOOTPRINT).arenas(2).reclaimPeriod(Duration.ofMillis(1)).build()) {
            AtomicBoolean done = new AtomicBoolean();
            Tasks.Running operator = Tasks.start(() -> {
                for (long seen = 0; !done.get();) {
                    long switches = pool.adaptation().switches();
                    if (switches != seen) {
                        // From the start again, so that there are more.
                        pool.policy(FitPolicy.WORST_FIT);
                        pool.policy(FitPolicy.ADAPTIVE);
                        seen = switches;
                    }
                    pool.validate();
                }
            });
            try {
                Tasks.inParallel(3, number -> tides(pool, new SplittableRandom(seed + number)));
            } finally {
                done.set(true);
            }
            operator.join();
            pool.validateQuiet();
            assertTrue(pool.adaptation().switches() > 0, () -> pool.adaptation().toString());
            pool.reclaim();
            assertEquals(0, pool.statistics().memory().liveBlocks());
        }
    }

    private static void tides(MemoryPool pool, SplittableRandom random) {
        List<Long> live = new ArrayList<>();
        for (int i = 0; i < 30_000; i++) {
            boolean flood = i / 3000 % 2 == 0;
            if (live.isEmpty() || (live.size() < 900 && random.nextInt(10) < (flood ? 7 : 4))) {
                long bytes = random.nextInt(3) == 0 ? random.nextInt(2000) + 8 : 9000 + random.nextInt(20_000);
                long address = pool.allocateAddress(bytes);
                Memory.putLong(address, address ^ 0x5A5A);
                live.add(address);
            } else {
                int index = random.nextInt(live.size());
                long address = live.get(index);
                assertEquals(address ^ 0x5A5A, Memory.getLong(address));
                live.set(index, live.getLast());
                live.removeLast();
                pool.freeAddress(address);
            }
        }
        live.forEach(pool::freeAddress);
    }
}
