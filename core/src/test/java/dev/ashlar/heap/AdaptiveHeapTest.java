package dev.ashlar.heap;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.ashlar.Adaptation;
import dev.ashlar.Coalescing;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.PolicySwitch;
import dev.ashlar.os.Memory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class AdaptiveHeapTest {
    private static final long REGION = 1L << 20;
    private static final int WINDOW = 1024;
    private static final int WINDOWS = 3;

    /** What first fit needs for eight regions, and some more. */
    private static final int PREPARING = 100;

    private static HeapBuilder builder(Favour favour) {
        return Heap.builder()
                .capacity(64 * REGION)
                .regionSize(REGION)
                .retained(REGION)
                .policy(FitPolicy.ADAPTIVE)
                .favour(favour);
    }

    /** Fills eight regions and frees every other block, so that half of what is free lies in small pieces. */
    private static List<Long> scatter(Heap heap) {
        List<Long> kept = new ArrayList<>();
        List<Long> freed = new ArrayList<>();
        for (int i = 0; i < 8 * REGION / 4016; i++) {
            (i % 2 == 0 ? kept : freed).add(heap.allocateAddress(4000));
        }
        freed.forEach(heap::freeAddress);
        return kept;
    }

    /** So many requests that change nothing. */
    private static void requests(Heap heap, int count, long byteSize) {
        for (int i = 0; i < count; i++) {
            heap.freeAddress(heap.allocateAddress(byteSize));
        }
    }

    private static FitPolicy inForce(Heap heap) {
        return heap.adaptation().inForce().getFirst();
    }

    @ParameterizedTest
    @EnumSource(Favour.class)
    void adaptive_new_beginsWithTheFavouritesFirst(Favour favour) {
        try (Heap heap = builder(favour).build()) {
            assertEquals(FitPolicy.ADAPTIVE, heap.policy());
            assertEquals(
                    new Adaptation(
                            favour,
                            List.of(favour == Favour.SPEED ? FitPolicy.SEGREGATED_FIT : FitPolicy.BEST_FIT),
                            0,
                            0,
                            List.of()),
                    heap.adaptation());
        }
    }

    @Test
    void adaptive_withoutFavour_favoursSpeed() {
        try (Heap heap = Heap.builder().policy(FitPolicy.ADAPTIVE).build()) {
            assertEquals(Favour.SPEED, heap.adaptation().favour());
        }
    }

    @Test
    void adaptive_scatteredForThreeWindows_switchesWithItsEvidence() {
        try (Heap heap = builder(Favour.FOOTPRINT).build()) {
            scatter(heap);
            long before = heap.adaptation().windows();
            requests(heap, WINDOWS * WINDOW + PREPARING, 100);
            Adaptation now = heap.adaptation();
            assertEquals(List.of(FitPolicy.FIRST_FIT), now.inForce());
            assertEquals(1, now.switches());
            PolicySwitch only = now.recent().getFirst();
            assertEquals(0, only.arena());
            assertEquals(FitPolicy.BEST_FIT, only.from());
            assertEquals(FitPolicy.FIRST_FIT, only.to());
            assertTrue(only.window() >= before + WINDOWS && only.window() <= before + WINDOWS + 1, only::toString);
            assertEquals("free memory is scattered over several regions", only.reason());
            assertEquals(WINDOW, only.evidence().requests());
            assertEquals(WINDOW, only.evidence().frees());
            assertEquals(8, only.evidence().regions());
            assertEquals(heap.statistics().liveBlocks(), only.evidence().liveBlocks());
            assertEquals((long) WINDOW, only.evidence().sizes().get(6));
            assertTrue(only.evidence().scattered() > 0.4, only::toString);
            assertEquals(0, only.evidence().nanos());
            heap.validate();
        }
    }

    @Test
    void adaptive_speedAndScattered_switchesToBestFitOnlyForLargeRequests() {
        try (Heap heap = builder(Favour.SPEED).build()) {
            scatter(heap);
            requests(heap, 20 * WINDOW, 100);
            assertEquals(FitPolicy.SEGREGATED_FIT, inForce(heap));
            requests(heap, (WINDOWS + 1) * WINDOW, 2000);
            assertEquals(FitPolicy.BEST_FIT, inForce(heap));
        }
    }

    @Test
    void adaptive_gatheredAgain_goesBack() {
        try (Heap heap = builder(Favour.FOOTPRINT).build()) {
            List<Long> kept = scatter(heap);
            requests(heap, WINDOWS * WINDOW + PREPARING, 100);
            assertEquals(FitPolicy.FIRST_FIT, inForce(heap));
            kept.forEach(heap::freeAddress);
            requests(heap, 200 * WINDOW, 100);
            assertEquals(FitPolicy.BEST_FIT, inForce(heap));
            assertEquals(2, heap.adaptation().switches());
            heap.validate();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ADAPTIVE")
    void fixed_scattered_stays(FitPolicy policy) {
        try (Heap heap = builder(Favour.FOOTPRINT).policy(policy).build()) {
            scatter(heap);
            requests(heap, 10 * WINDOW, 2000);
            assertEquals(policy, heap.policy());
            assertEquals(new Adaptation(Favour.FOOTPRINT, List.of(policy), 0, 0, List.of()), heap.adaptation());
        }
    }

    @Test
    void policy_fixedOnAnAdaptiveHeap_staysUntilAdaptiveIsSetAgain() {
        try (Heap heap = builder(Favour.FOOTPRINT).build()) {
            scatter(heap);
            requests(heap, WINDOWS * WINDOW + PREPARING, 100);
            Adaptation before = heap.adaptation();
            heap.policy(FitPolicy.WORST_FIT);
            requests(heap, 10 * WINDOW, 100);
            assertEquals(FitPolicy.WORST_FIT, heap.policy());
            assertEquals(
                    new Adaptation(
                            before.favour(),
                            List.of(FitPolicy.WORST_FIT),
                            before.windows(),
                            before.switches(),
                            before.recent()),
                    heap.adaptation());

            heap.policy(FitPolicy.ADAPTIVE);
            assertEquals(FitPolicy.BEST_FIT, inForce(heap));
            requests(heap, WINDOWS * WINDOW + PREPARING, 100);
            assertEquals(FitPolicy.FIRST_FIT, inForce(heap));
            assertEquals(2, heap.adaptation().switches());
        }
    }

    @Test
    void policy_fixedWhileASwitchIsPrepared_dropsIt() {
        try (Heap heap = builder(Favour.FOOTPRINT).build()) {
            scatter(heap);
            while (heap.adaptation().windows() < 5) {
                requests(heap, 1, 100);
            }
            requests(heap, 2, 100);
            assertEquals(0, heap.adaptation().switches());
            heap.policy(FitPolicy.BEST_FIT);
            requests(heap, 10 * WINDOW, 100);
            heap.validate();
            assertEquals(FitPolicy.BEST_FIT, inForce(heap));
            assertEquals(0, heap.adaptation().switches());
        }
    }

    @Test
    void adaptation_manySwitches_keepsTheLastSixteen() {
        try (Heap heap = builder(Favour.FOOTPRINT).build()) {
            scatter(heap);
            for (int i = 0; i < 20; i++) {
                heap.policy(FitPolicy.ADAPTIVE);
                requests(heap, WINDOWS * WINDOW + PREPARING, 100);
            }
            Adaptation now = heap.adaptation();
            assertEquals(20, now.switches());
            assertEquals(16, now.recent().size());
            for (int i = 1; i < 16; i++) {
                assertTrue(now.recent().get(i - 1).window() < now.recent().get(i).window(), now::toString);
            }
            assertThrows(UnsupportedOperationException.class, () -> now.recent().removeFirst());
        }
    }

    @Test
    void adaptive_damageMetWhilePreparing_isThrownBeforeAnythingChanged() {
        try (Heap heap = builder(Favour.FOOTPRINT).build()) {
            List<Long> kept = scatter(heap);
            while (heap.adaptation().windows() < 5) {
                requests(heap, 1, 100);
            }
            // The free block behind one of the last: its header is the four bytes before its payload.
            long damaged = kept.get(kept.size() - 10) + 4016 - 4;
            int word = Memory.getInt(damaged);
            Memory.putInt(damaged, word ^ 0x100);
            long live = heap.statistics().liveBlocks();
            assertThrows(HeapCorruptionException.class, () -> requests(heap, PREPARING, 100));
            assertTrue(heap.isFenced());
            assertEquals(live, heap.statistics().liveBlocks());
            assertEquals(FitPolicy.BEST_FIT, inForce(heap));

            Memory.putInt(damaged, word);
            heap.recover();
            requests(heap, PREPARING, 100);
            assertEquals(FitPolicy.FIRST_FIT, inForce(heap));
            heap.validate();
        }
    }

    @Test
    void adaptation_closed_isRefused() {
        Heap heap = builder(Favour.SPEED).build();
        heap.close();
        assertThrows(IllegalStateException.class, heap::adaptation);
    }

    /** Tides of random blocks with contents, through real switches there and back, against the model. */
    @ParameterizedTest
    @EnumSource(Coalescing.class)
    void tides_againstTheModel_switchAndLoseNothing(Coalescing coalescing) {
        long seed = Long.getLong("ashlar.seed", System.nanoTime());
        System.out.printf("adaptive heap, %s: seed %d%n", coalescing, seed);
        SplittableRandom random = new SplittableRandom(seed);
        Heap heap = builder(Favour.FOOTPRINT).coalescing(coalescing).build();
        try (HeapModel model = new HeapModel(heap, 2000)) {
            step(model, random, 7000, 0.75, 6000);
            step(model, random, 3000, 0.2, 6000);
            step(model, random, 20_000, 0.5, 6000);
            assertEquals(FitPolicy.FIRST_FIT, inForce(heap), () -> heap.adaptation().toString());
            step(model, random, 4000, 0, 1);
            step(model, random, 20 * WINDOW, 1, 1500);
            assertEquals(FitPolicy.BEST_FIT, inForce(heap), () -> heap.adaptation().toString());
            step(model, random, 20_000, 0.3, 3000);
            heap.validate();
            model.freeAllAndTrim();
        }
    }

    private static void step(HeapModel model, SplittableRandom random, int count, double share, int maxBytes) {
        for (int i = 0; i < count; i++) {
            if (model.size() == 0 || random.nextDouble() < share) {
                assertTrue(model.allocate(random.nextInt(maxBytes), 1, false), "room");
            } else {
                model.free(random.nextInt(model.size()));
            }
        }
    }

    @Test
    void favour_null_isRefused() {
        assertThrows(NullPointerException.class, () -> Heap.builder().favour(noFavour()));
    }

    @SuppressWarnings("NullAway") // What a caller without the checker may do.
    private static Favour noFavour() {
        return null;
    }
}
