package dev.ashlar.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.ashlar.Coalescing;
import dev.ashlar.DefragSettings;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.PolicySwitch;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.os.Memory;
import dev.ashlar.os.OsMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** The worker's visits to arenas that have too few requests to end a window by themselves. */
class PolicyWatchTest {
    private static final int ENOUGH = 64;
    private static final int WINDOWS = 3;
    private static final long UNITS = BlockLayout.unitsFor(20_000);

    private final ArenaGroup arenas = new ArenaGroup(new PoolSettings(
            "watched", 20, 32, 2, FitPolicy.ADAPTIVE, Favour.FOOTPRINT, Coalescing.DEFERRED, 0, 0, 0, false, false,
            false,
            TimeUnit.DAYS.toNanos(1), DefragSettings.ofDefaults(), System::nanoTime, OsMemory.system(), 42));
    private final PolicyWatch watch = new PolicyWatch("watched", arenas, Favour.FOOTPRINT);
    private final CoreArena arena = arenas.get(0);

    @AfterEach
    void close() {
        arenas.reservation().close();
    }

    private long block() {
        return arena.serveBlock(UNITS, 16, CellHeaders.POOL, true, true);
    }

    private void free(long block) {
        arena.blocks().free(block, CellHeaders.POOL, null);
    }

    private void requests(int count) {
        for (int i = 0; i < count; i++) {
            free(block());
        }
    }

    private List<Long> scatter() {
        List<Long> kept = new ArrayList<>();
        List<Long> freed = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            (i % 2 == 0 ? kept : freed).add(block());
        }
        freed.forEach(this::free);
        return kept;
    }

    private FitPolicy inForce() {
        return watch.adaptation().inForce().getFirst();
    }

    @Test
    void visit_tooFewRequests_leavesTheWindowOpen() {
        requests(ENOUGH / 2 - 1);
        watch.visit();
        assertEquals(0, watch.adaptation().windows());
        requests(ENOUGH);
        watch.visit();
        assertEquals(1, watch.adaptation().windows());
        watch.visit();
        assertEquals(1, watch.adaptation().windows());
    }

    @Test
    void visit_evidenceThatHolds_preparesAndSwitches() {
        scatter();
        for (int i = 0; i < WINDOWS; i++) {
            assertEquals(FitPolicy.BEST_FIT, inForce());
            requests(ENOUGH);
            watch.visit();
        }
        for (int i = 0; i < 10; i++) {
            watch.visit();
        }
        assertEquals(List.of(FitPolicy.FIRST_FIT, FitPolicy.BEST_FIT), watch.adaptation().inForce());
        assertEquals(1, watch.adaptation().switches());
        arena.view().validate();
    }

    @Test
    void considerPolicy_afterASwitch_tellsItOnce() {
        scatter();
        List<PolicySwitch> told = new ArrayList<>();
        for (int i = 0; i < 2 * WINDOWS + 10; i++) {
            requests(i < 2 * WINDOWS ? ENOUGH : 0);
            told.addAll(arena.policy().consider());
        }
        assertEquals(watch.adaptation().recent(), told);
        assertEquals(1, told.size());
        assertEquals(0, told.getFirst().arena());
        assertEquals(List.of(), arena.policy().consider());
    }

    @Test
    void visit_closedOrFenced_doesNothing() {
        List<Long> kept = scatter();
        long windows = watch.adaptation().windows();
        long header = kept.getFirst() - 4;
        int word = Memory.getInt(header);
        Memory.putInt(header, word ^ 0x100);
        assertThrows(HeapCorruptionException.class, arena.view()::validate);
        watch.visit();
        assertEquals(windows, watch.adaptation().windows());

        Memory.putInt(header, word);
        arena.recover();
        arena.setClosed(true);
        watch.visit();
        assertEquals(windows, watch.adaptation().windows());
        arena.setClosed(false);
        watch.visit();
        assertEquals(windows + 1, watch.adaptation().windows());
    }

    @Test
    void visit_damagedFreeBlock_fencesTheArenaAndGoesOn() {
        List<Long> kept = scatter();
        for (int i = 0; i < WINDOWS; i++) {
            requests(ENOUGH);
            watch.visit();
        }
        long behind = kept.get(kept.size() - 20) + (UNITS << BlockLayout.UNIT_SHIFT);
        assertFalse(arena.isBusy());
        Memory.putInt(behind - 4, Memory.getInt(behind - 4) ^ 0x100);
        for (int i = 0; i < 10; i++) {
            watch.visit();
        }
        assertNotNull(arena.damage());
        assertEquals(FitPolicy.BEST_FIT, inForce());
    }
}
