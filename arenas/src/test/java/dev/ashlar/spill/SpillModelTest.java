package dev.ashlar.spill;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.space.SpacePolicy;
import dev.ashlar.space.volume.PlacementPolicy;
import dev.ashlar.space.volume.Tier;
import dev.ashlar.spill.TestChannel.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Random operations, some of which fail, against a list of what is where; {@code -Dashlar.seed=N} runs a seed again. */
class SpillModelTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    private static final int STEPS = 1500;
    private static final int MAX_BYTES = 30_000;
    private static final int FAULT_RATE = 40;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<Resident> resident = new ArrayList<>();
    private final List<Gone> gone = new ArrayList<>();
    private boolean isFaulty;

    private record Resident(MemorySegment block, long seed) {}

    private record Gone(SpillToken token, long seed) {}

    private SpillChannel faulty() {
        TestChannel channel = new TestChannel();
        SplittableRandom faults = random.split();
        channel.faults = (call, _) -> {
            if (!isFaulty || faults.nextInt(FAULT_RATE) != 0) {
                return Fault.NONE;
            }
            // What is damaged as it is written can't be told from what is damaged later: left to SpillFaultTest.
            return call == TestChannel.Call.WRITE || faults.nextBoolean()
                    ? List.of(Fault.SHORT, Fault.NOTHING, Fault.FAIL).get(faults.nextInt(3))
                    : Fault.FLIP;
        };
        return channel;
    }

    @ParameterizedTest
    @EnumSource(SpacePolicy.class)
    void file_randomOperations_keepContents(SpacePolicy policy) throws IOException {
        System.out.printf("spill file: %s, seed %d%n", policy, SEED);
        run(SpillFile.builder(Path.of("f")).policy(policy).shrinkBy(20_000).limit(400 * 4096).blockSize(1024)
                .channels((_, _) -> faulty()).build());
    }

    @ParameterizedTest
    @EnumSource(PlacementPolicy.class)
    void set_randomOperations_keepContents(PlacementPolicy policy) throws IOException {
        System.out.printf("spill set: %s, seed %d%n", policy, SEED);
        SpillSetBuilder builder = SpillSet.builder().policy(policy).shrinkBy(20_000).channels((_, _) -> faulty());
        for (int i = 0; i < 4; i++) {
            builder.volume("v" + i, Path.of("v" + i), 100 * 4096 + 5, i < 2 ? Tier.FAST : Tier.ARCHIVE);
        }
        run(builder.tiers(Tier.FAST, Tier.ARCHIVE).build());
    }

    @Test
    void set_inStripesAndCopies_keepsContents() throws IOException {
        System.out.printf("striped spill set, seed %d%n", SEED);
        SpillSetBuilder builder = SpillSet.builder().stripes(3).copies(2).blockSize(512).channels((_, _) -> faulty());
        for (int i = 0; i < 8; i++) {
            builder.volume("v" + i, Path.of("v" + i), 200 * 4096, Tier.CAPACITY);
        }
        run(builder.build());
    }

    private void run(SpillStore store) throws IOException {
        try (MemoryPool pool = MemoryPool.builder().name("model").capacity(16 << 20).build(); store) {
            for (int step = 0; step < STEPS; step++) {
                isFaulty = true;
                step(pool, store);
                if (step % 16 == 0) {
                    isFaulty = false;
                    store.validate();
                    readmit(store);
                    assertEquals(gone.stream().mapToLong(each -> each.token.byteSize()).sum(),
                            store.statistics().liveBytes());
                    assertEquals(resident.stream().mapToLong(each -> pool.usableSize(each.block.address())).sum(),
                            pool.statistics().memory().liveBytes());
                }
            }
            isFaulty = false;
            while (!gone.isEmpty()) {
                restore(pool, store);
            }
            store.validate();
            assertEquals(0, store.statistics().usedBytes());
            for (Resident each : resident) {
                Patterns.check(each.block, each.block.byteSize(), each.seed);
                pool.free(each.block);
            }
            pool.validateQuiet();
            assertEquals(0, pool.statistics().memory().liveBytes());
        }
    }

    private static void readmit(SpillStore store) {
        if (store instanceof SpillSet set) {
            set.volumes().forEach(volume -> set.readmit(volume.source()));
        }
    }

    private void step(MemoryPool pool, SpillStore store) throws IOException {
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> {
                long seed = random.nextLong();
                int byteSize = random.nextInt(MAX_BYTES);
                resident.add(new Resident(Patterns.fill(pool.allocate(byteSize, 1), seed), seed));
            }
            case 3, 4, 5 -> spill(pool, store);
            case 6, 7 -> restore(pool, store);
            case 8 -> read(store);
            default -> discard(store);
        }
    }

    private void spill(MemoryPool pool, SpillStore store) {
        if (resident.isEmpty()) {
            return;
        }
        Resident each = resident.remove(random.nextInt(resident.size()));
        try {
            gone.add(new Gone(store.spill(pool, each.block), each.seed));
        } catch (SpillException e) {
            Patterns.check(each.block, each.block.byteSize(), each.seed);
            resident.add(each);
        }
    }

    private void restore(MemoryPool pool, SpillStore store) {
        if (gone.isEmpty()) {
            return;
        }
        Gone each = gone.remove(random.nextInt(gone.size()));
        try {
            MemorySegment block = store.restore(each.token, pool);
            Patterns.check(block, each.token.byteSize(), each.seed);
            resident.add(new Resident(block, each.seed));
        } catch (SpillException e) {
            gone.add(each);
        }
    }

    private void read(SpillStore store) {
        if (gone.isEmpty()) {
            return;
        }
        Gone each = gone.get(random.nextInt(gone.size()));
        MemorySegment target = MemorySegment.ofArray(new byte[(int) each.token.byteSize()]);
        try {
            store.read(each.token, target);
            Patterns.check(target, each.token.byteSize(), each.seed);
        } catch (SpillException e) {
            assertEquals(each.token, store.token(each.token.number()));
        }
    }

    private void discard(SpillStore store) throws SpillException {
        if (!gone.isEmpty()) {
            store.discard(gone.remove(random.nextInt(gone.size())).token);
        }
    }
}
