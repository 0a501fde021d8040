package dev.ashlar.spill;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.space.volume.Tier;
import dev.ashlar.spill.TestChannel.Fault;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A run of operations in which the n-th call on a file fails, for each n and in each way: nothing is ever lost, and everything adds up after each operation. */
class SpillFaultTest {
    private static final int[] SIZES = {100, 4096, 10_000, 1, 20_000, 5000};

    private final List<TestChannel> channels = new ArrayList<>();
    private int calls;
    private int failing;
    private boolean hasFailed;

    private SpillChannel open(Fault fault) {
        TestChannel channel = new TestChannel();
        channel.faults = (_, _) -> {
            if (calls++ != failing) {
                return Fault.NONE;
            }
            hasFailed = true;
            return fault;
        };
        channels.add(channel);
        return channel;
    }

    /** Opens a store over channels that fail. */
    private interface Opening {
        SpillStore open() throws IOException;
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void file_withAFaultAtEachCall_losesNothing(Fault fault) throws IOException {
        everyCall(() -> SpillFile.builder(Path.of("f")).shrinkBy(1).channels((_, _) -> open(fault)).build());
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void set_withAFaultAtEachCall_losesNothing(Fault fault) throws IOException {
        everyCall(() -> SpillSet.builder().shrinkBy(1).channels((_, _) -> open(fault)).stripes(2).copies(2)
                .volume("a", Path.of("a"), 1 << 20, Tier.FAST)
                .volume("b", Path.of("b"), 1 << 20, Tier.FAST)
                .volume("c", Path.of("c"), 1 << 20, Tier.FAST)
                .volume("d", Path.of("d"), 1 << 20, Tier.FAST)
                .volume("e", Path.of("e"), 1 << 20, Tier.FAST).build());
    }

    private void everyCall(Opening opening) throws IOException {
        failing = 0;
        do {
            channels.clear();
            calls = 0;
            hasFailed = false;
            try (MemoryPool pool = MemoryPool.builder().name("faults").capacity(8 << 20).build()) {
                SpillStore store = opening.open();
                run(pool, store);
                try {
                    store.close();
                } catch (SpillException e) {
                    assertEquals(SpillException.Kind.SHRINK, e.kind());
                }
                assertTrue(store.isClosed());
                assertTrue(channels.stream().allMatch(TestChannel::isClosed));
            }
            failing++;
        } while (hasFailed);
        assertTrue(failing > 20, "faults: " + failing);
    }

    /** Spills, reads, discards, restores, each tried until it succeeds: a fault happens once. */
    private void run(MemoryPool pool, SpillStore store) throws IOException {
        Map<Integer, SpillToken> tokens = new HashMap<>();
        for (int i = 0; i < SIZES.length; i++) {
            MemorySegment block = Patterns.fill(pool.allocate(SIZES[i], 1), i);
            while (!tokens.containsKey(i)) {
                try {
                    tokens.put(i, store.spill(pool, block));
                } catch (SpillException e) {
                    Patterns.check(block, SIZES[i], i);
                }
                validate(pool, store, tokens.size());
            }
        }
        store.discard(Objects.requireNonNull(tokens.remove(2)));
        validate(pool, store, tokens.size());
        tryToForce(store);
        MemorySegment block = Patterns.fill(pool.allocate(SIZES[2], 1), 2);
        while (!tokens.containsKey(2)) {
            try {
                tokens.put(2, store.spill(pool, block));
            } catch (SpillException e) {
                Patterns.check(block, SIZES[2], 2);
            }
            validate(pool, store, tokens.size());
        }
        int lost = 0;
        for (int i = SIZES.length - 1; i >= 0; i--) {
            lost += restore(pool, store, tokens, i);
        }
        // What was damaged as it was written is found, not made good; in a set a copy makes it good.
        assertTrue(lost <= (store instanceof SpillFile ? 1 : 0), "lost: " + lost);
        assertEquals(0, store.statistics().usedBytes());
    }

    private int restore(MemoryPool pool, SpillStore store, Map<Integer, SpillToken> tokens, int number)
            throws SpillException {
        SpillToken token = Objects.requireNonNull(tokens.get(number));
        for (int attempt = 0; attempt < 3; attempt++) {
            try {
                MemorySegment restored = store.restore(token, pool);
                tokens.remove(number);
                Patterns.check(restored, SIZES[number], number);
                pool.free(restored);
                validate(pool, store, tokens.size());
                return 0;
            } catch (SpillException e) {
                validate(pool, store, tokens.size());
            }
        }
        store.discard(token);
        tokens.remove(number);
        validate(pool, store, tokens.size());
        return 1;
    }

    private static void tryToForce(SpillStore store) {
        try {
            store.force();
        } catch (SpillException e) {
            assertEquals(SpillException.Kind.WRITE, e.kind());
        }
    }

    private static void validate(MemoryPool pool, SpillStore store, int tokens) {
        store.validate();
        pool.validateQuiet();
        assertEquals(tokens, store.statistics().liveBlocks());
        assertEquals(0, store.statistics().inFlight());
    }
}
