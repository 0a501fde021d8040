package dev.ashlar.spill;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.ashlar.PoolExhaustedException;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.spill.TestChannel.Call;
import dev.ashlar.spill.TestChannel.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Blocks that leave memory under pressure, and come back. */
class SpillerTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    private static final int CAPACITY = 8 << 20;
    private static final int PAGE = 100_000;

    private final TestChannel channel = new TestChannel();
    private MemoryPool pool;
    private SpillFile store;
    private Spiller spiller;

    @BeforeEach
    void open() throws IOException {
        pool = MemoryPool.builder().name("spilling").capacity(CAPACITY).build();
        store = SpillFile.builder(Path.of("f")).channels((_, _) -> channel).build();
        spiller = Spiller.register(pool, store, 0);
    }

    @AfterEach
    void close() throws IOException {
        spiller.close();
        store.validate();
        assertEquals(0, store.statistics().liveBlocks());
        store.close();
        pool.validateQuiet();
        assertEquals(0, pool.statistics().memory().liveBytes());
        pool.close();
    }

    private Spillable page(long seed) throws SpillException {
        Spillable page = spiller.allocate(PAGE);
        try (SpillPin pin = page.pin()) {
            Patterns.fill(pin.segment(), seed);
        }
        return page;
    }

    private static void check(Spillable page, long seed) throws SpillException {
        try (SpillPin pin = page.pin()) {
            Patterns.check(pin.segment(), PAGE, seed);
        }
    }

    @Test
    void workload_ofFourTimesTheCapacity_runsToItsEnd() throws SpillException {
        List<Spillable> pages = new ArrayList<>();
        for (int i = 0; i < 4 * CAPACITY / PAGE + 1; i++) {
            pages.add(page(i));
        }
        SpillerStatistics now = spiller.statistics();
        assertTrue(now.bytes() > 4 * CAPACITY);
        assertTrue(now.residentBytes() <= CAPACITY);
        assertTrue(now.spills() >= 3 * CAPACITY / PAGE, now::toString);
        for (int i = 0; i < pages.size(); i++) {
            check(pages.get(i), i);
        }
        pages.forEach(Spillable::free);
        assertEquals(0, spiller.statistics().blocks());
        assertEquals(0, store.statistics().fileBytes());
    }

    @Test
    void victims_areThoseNotUsedForLongest_andNeverPinned() throws SpillException {
        Spillable pinned = page(1);
        SpillPin pin = pinned.pin();
        Spillable old = page(2);
        Spillable used = page(3);
        List<Spillable> more = new ArrayList<>();
        while (!old.isSpilled()) {
            check(used, 3);
            more.add(page(4));
        }
        assertFalse(more.isEmpty());
        assertFalse(used.isSpilled());
        assertFalse(pinned.isSpilled());
        Patterns.check(pin.segment(), PAGE, 1);
        assertThrows(IllegalStateException.class, pinned::free);
        pin.close();
        pin.close();
        pinned.free();
        assertThrows(IllegalStateException.class, pinned::free);
        assertThrows(IllegalStateException.class, pinned::pin);
        check(old, 2);
    }

    @Test
    void requests_ofOtherOwnersAndSizes_spillAsWell() throws SpillException {
        List<Spillable> pages = new ArrayList<>();
        for (int i = 0; i < 4 * CAPACITY / PAGE / 2; i++) {
            pages.add(page(i));
        }
        MemorySegment large = pool.allocate(CAPACITY / 2, 1);
        List<Long> cells = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            cells.add(pool.allocateAddress(64));
        }
        pool.free(large);
        cells.forEach(pool::freeAddress);
        for (int i = 0; i < pages.size(); i++) {
            check(pages.get(i), i);
        }
    }

    @Test
    void pressure_withAllPinned_endsInExhaustion() throws SpillException {
        List<SpillPin> pins = new ArrayList<>();
        assertThrows(PoolExhaustedException.class, () -> {
            while (true) {
                pins.add(spiller.allocate(PAGE).pin());
            }
        });
        assertTrue(pins.size() * (long) PAGE > CAPACITY / 2);
        assertEquals(0, store.statistics().spilledBlocks());
        pins.removeFirst().close();
        check(page(7), 7);
        pins.forEach(SpillPin::close);
    }

    @Test
    void pressure_withAFailingDisk_endsInExhaustion_andLosesNothing() throws SpillException {
        channel.faults = (call, _) -> call == Call.WRITE ? Fault.FAIL : Fault.NONE;
        List<Spillable> pages = new ArrayList<>();
        assertThrows(PoolExhaustedException.class, () -> {
            while (true) {
                pages.add(page(pages.size()));
            }
        });
        assertTrue(spiller.statistics().failures() > 0);
        assertTrue(pool.statistics().pressureFailures() > 0);
        channel.faults = (_, _) -> Fault.NONE;
        for (int i = 0; i < CAPACITY / PAGE; i++) {
            pages.add(page(pages.size()));
        }
        for (int i = 0; i < pages.size(); i++) {
            check(pages.get(i), i);
        }
    }

    @Test
    void pin_ofWhatCanNotBeRead_keepsIt() throws SpillException {
        Spillable first = page(0);
        List<Spillable> more = new ArrayList<>();
        while (!first.isSpilled()) {
            more.add(page(1));
        }
        assertFalse(more.isEmpty());
        channel.faults = (call, _) -> call == Call.READ ? Fault.FLIP : Fault.NONE;
        assertThrows(SpillException.class, first::pin);
        channel.faults = (_, _) -> Fault.NONE;
        check(first, 0);
    }

    @Test
    void close_freesWhatIsNotPinned_andTheRestWithItsLastPin() throws SpillException {
        Spillable first = page(0);
        SpillPin one = first.pin();
        SpillPin two = first.pin();
        page(1);
        spiller.close();
        assertThrows(IllegalStateException.class, () -> spiller.allocate(10));
        Patterns.check(one.segment(), PAGE, 0);
        assertTrue(pool.statistics().memory().liveBytes() >= PAGE);
        one.close();
        two.close();
        assertEquals(0, pool.statistics().memory().liveBytes());
        assertThrows(IllegalStateException.class, first::pin);
    }

    @Test
    void manyThreads_overFourTimesTheCapacity_keepContents() throws Exception {
        System.out.printf("spiller under threads, seed %d%n", SEED);
        int threads = 6;
        try (ExecutorService platform = Executors.newFixedThreadPool(threads / 2);
                ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Spillable> shared = new ArrayList<>();
            for (int i = 0; i < 4 * CAPACITY / PAGE; i++) {
                shared.add(page(i));
            }
            List<Future<Void>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                SplittableRandom random = new SplittableRandom(SEED + i);
                Callable<Void> worker = () -> work(shared, random);
                running.add((i % 2 == 0 ? platform : virtual).submit(worker));
            }
            for (Future<Void> each : running) {
                each.get();
            }
            shared.forEach(Spillable::free);
            assertEquals(0, spiller.statistics().blocks());
        }
    }

    private Void work(List<Spillable> shared, SplittableRandom random) throws SpillException {
        for (int step = 0; step < 250; step++) {
            int index = random.nextInt(shared.size());
            check(shared.get(index), index);
            if (random.nextInt(4) == 0) {
                Spillable own = page(step);
                check(own, step);
                own.free();
            }
        }
        return null;
    }
}
