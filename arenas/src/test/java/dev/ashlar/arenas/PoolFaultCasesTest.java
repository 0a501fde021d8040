package dev.ashlar.arenas;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.OsException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.PoolExhaustedException.Cause;
import dev.ashlar.arenas.CasePool.Setup;
import dev.ashlar.os.OsMemory;
import dev.ashlar.testing.ChildJvm;
import dev.ashlar.testing.FaultyOs.Call;
import dev.ashlar.testing.HookedOs;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.ashlar.arenas.CasePool.REGION_BYTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Cases 43, 46, 47, 49 and 52 of docs/cases.md: errors in the middle, a worker that fails or stalls, an operating system that refuses. */
class PoolFaultCasesTest {
    private static final int ENOMEM = 12;

    // 43

    /** The Java heap is exhausted while an arena is changed: its lock is free again, and it validates before it serves. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void case43_outOfMemoryInTheMiddle_locksAreReleasedAndTheWalkPasses(boolean stack) {
        HookedOs os = new HookedOs(OsMemory.system());
        try (MemoryPool pool = MemoryPool.builder().name("error").capacity(16 << 20).regionSize(1 << 20).os(os)
                .reclaimPeriod(Duration.ofDays(1)).build()) {
            List<Long> live = new ArrayList<>();
            AtomicInteger thrown = new AtomicInteger();
            for (long size : new long[] {100, 9000, 1_000_000, 3 << 20}) {
                os.beforeCommit(() -> {
                    thrown.incrementAndGet();
                    throw stack ? new StackOverflowError("planted") : new OutOfMemoryError("planted");
                });
                for (int i = 0; i < 3; i++) {
                    assertThrows(VirtualMachineError.class, () -> allocateUntilCommit(pool, size, live));
                }
                os.clear();
                Tasks.inThread(() -> pool.freeAddress(pool.allocateAddress(size)));
                pool.validateQuiet();
            }
            assertEquals(12, thrown.get());
            assertEquals(0, pool.statistics().fencedArenas());
            assertEquals(live.size(), pool.statistics().memory().liveBlocks());
            live.forEach(pool::freeAddress);
            pool.trim();
            assertEquals(0, pool.statistics().memory().committedBytes());
        }
    }

    private static void allocateUntilCommit(MemoryPool pool, long size, List<Long> live) {
        while (true) {
            live.add(pool.allocateAddress(size));
        }
    }

    /** At the edge of the stack, again and again: in a process of its own, as a lock that is not released would stop this one. */
    @ParameterizedTest
    @ValueSource(strings = {"default", "hardened"})
    void case43_stackOverflowAnywhere_locksAreReleasedAndTheWalkPassesOrIsFenced(String kind) {
        ChildJvm.Result result = ChildJvm.run(DeepStack.class,
                List.of("--enable-native-access=ALL-UNNAMED", "-XX:ThreadStackSize=512"), kind);
        assertEquals("as expected\n", result.stdout(), result.stderr());
        assertEquals(0, result.exitCode(), result.stderr());
    }

    /** Calls into the pool from every depth of a stack that is almost used up, and lets another thread see whether it still serves. */
    static final class DeepStack {
        private static final int ROUNDS = 60;
        private static int overflows;
        private static int overflowsInPool;

        private DeepStack() {}

        public static void main(String[] args) throws InterruptedException {
            MemoryPool pool = MemoryPool.builder().name("deep").capacity(64 << 20).regionSize(1 << 20).arenas(1)
                    .hardened(args[0].equals("hardened")).build();
            // Everything is loaded and linked once where there is room for that.
            churn(pool, 0);
            for (int round = 0; round < ROUNDS; round++) {
                int seed = round;
                Thread deep = Thread.ofPlatform().daemon().start(() -> descend(pool, seed));
                deep.join();
            }
            if (overflowsInPool < ROUNDS) {
                throw new AssertionError("overflows in the pool: " + overflowsInPool);
            }
            Thread after = Thread.ofPlatform().daemon().start(() -> serves(pool));
            if (!after.join(Duration.ofSeconds(30))) {
                StackTraceElement[] stack = after.getStackTrace();
                throw new AssertionError("a lock was not released: " + List.of(stack));
            }
            System.out.println("as expected");
            System.exit(0);
        }

        @SuppressWarnings("InfiniteRecursion") // Until there is no stack left: that is the case.
        private static void descend(MemoryPool pool, int seed) {
            try {
                descend(pool, seed + 1);
            } catch (StackOverflowError e) {
                overflows++;
            }
            // On the way up there is more room at each step.
            if (overflows % 7 == seed % 7) {
                try {
                    churn(pool, seed);
                } catch (StackOverflowError e) {
                    overflowsInPool++;
                } catch (HeapCorruptionException | PoolExhaustedException e) {
                    // Fenced: that is what an error in the middle may lead to.
                    overflows++;
                }
            }
        }

        private static void churn(MemoryPool pool, int seed) {
            long small = pool.allocateAddress((seed & 127) * 16L);
            long large = pool.allocateAddress(9000 + seed % 100_000);
            pool.freeAddress(small);
            pool.freeAddress(large);
        }

        private static void serves(MemoryPool pool) {
            try {
                churn(pool, 5);
                pool.reclaim();
                pool.validate();
            } catch (HeapCorruptionException e) {
                if (pool.statistics().fencedArenas() != 1) {
                    throw new AssertionError("damaged and not fenced", e);
                }
            }
        }
    }

    // 46, 47

    /**
     * What a free could not give back the worker tries, and fails at in a way that nobody expects: it reports that and goes on, and allocation
     * never notices.
     */
    @Test
    void case46_workerThrows_goesOnAndAllocationToo() {
        HookedOs os = new HookedOs(OsMemory.system());
        AtomicInteger tries = new AtomicInteger();
        try (MemoryPool pool = MemoryPool.builder().name("throws").capacity(16 << 20).regionSize(1 << 20).retained(0)
                .os(os).reclaimPeriod(Duration.ofMillis(1)).build()) {
            os.beforePurge(() -> {
                if (!Thread.currentThread().getName().equals("ashlar-throws")) {
                    throw new OsException("madvise", 0, 0, ENOMEM, "planted", null);
                }
                if (tries.incrementAndGet() <= 2) {
                    throw new IllegalStateException("planted");
                }
            });
            pool.freeAddress(pool.allocateAddress(200_000));
            for (int i = 1; i <= 3; i++) {
                int soMany = i;
                Tasks.until(() -> tries.get() >= soMany);
                pool.freeAddress(pool.allocateAddress(200_000));
                pool.validate();
            }
            Tasks.until(() -> pool.statistics().memory().retainedBytes() == 0);
            os.clear();
        }
    }

    /** Nobody looks after ended threads and idle queues: what they left is found by whoever needs it. */
    @Test
    void case47_workerStalls_requestsFindWhatItLeft() {
        try (CasePool cases = CasePool.empty(Setup.DEFERRED, builder -> builder.capacity(4 << 20).cacheLimit(1 << 20)
                .cachesLimit(4 << 20))) {
            for (int i = 0; i < 50; i++) {
                Tasks.inThread(() -> {
                    List<Long> cells = new ArrayList<>();
                    for (int n = 0; n < 1500; n++) {
                        cells.add(cases.pool.allocateAddress(200));
                    }
                    cells.forEach(cases.pool::freeAddress);
                });
            }
            assertTrue(cases.memory().pendingBytes() > 0);
            long large = cases.pool.allocateAddress(4 * REGION_BYTES - 64);
            assertEquals(0, cases.memory().pendingBytes());
            cases.pool.freeAddress(large);
        }
    }

    // 49

    /** A run that commits for every reason there is; each step's result is freed at the end. */
    private static int run(CasePool cases, int width) {
        List<Long> live = new ArrayList<>();
        int[] refused = {0};
        for (long size : new long[] {100, 5000, 9000, REGION_BYTES - 100, 2 * REGION_BYTES, 3 * REGION_BYTES}) {
            live.add(step(cases, size, width, refused, () -> cases.pool.allocateAddress(size)));
            live.add(step(cases, size, width, refused, () -> cases.pool.allocateAddress(size, 4096)));
        }
        long small = live.removeFirst();
        Raw.at(small, 100).fill((byte) 0x2D);
        long grown =
                step(cases, 4 * REGION_BYTES, width, refused, () -> cases.pool.resizeAddress(small, 4 * REGION_BYTES));
        assertEquals((byte) 0x2D, Raw.getByte(grown + 99));
        live.add(grown);
        live.forEach(cases.pool::freeAddress);
        cases.verify();
        return refused[0];
    }

    /** X as often as the faults last, each time with everything as it was, and then success. */
    private static long step(CasePool cases, long size, int width, int[] refused, LongSupplier request) {
        for (int attempt = 0; attempt < width; attempt++) {
            try {
                return served(cases, size, request.getAsLong());
            } catch (PoolExhaustedException e) {
                refused[0]++;
                assertEquals(Cause.OPERATING_SYSTEM, e.kind(), e::getMessage);
                assertEquals(ENOMEM, e.errno());
                cases.assertFigures(size, e);
                cases.verify();
            }
        }
        return served(cases, size, request.getAsLong());
    }

    /** What was not committed can't be written. */
    private static long served(CasePool cases, long size, long block) {
        MemorySegment segment = Raw.at(block, cases.pool.usableSize(block));
        for (long page = 0; page < size; page += 4096) {
            segment.set(ValueLayout.JAVA_BYTE, page, segment.get(ValueLayout.JAVA_BYTE, page));
        }
        return block;
    }

    /** A request tries in several arenas, so that one refusal alone may be made up for; six of them in a row never are. */
    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"DEFERRED", "HARDENED"})
    void case49_nthCommitFails_isExhaustedAndServedLater(Setup setup) {
        int total = commits(setup, 0, 1);
        assertTrue(total >= 12, "commits in a run: " + total);
        for (int width : new int[] {1, 8}) {
            for (int n = 1; n <= total; n += Math.max(2, width)) {
                commits(setup, n, width);
            }
        }
    }

    private static int commits(Setup setup, int n, int width) {
        try (CasePool cases = CasePool.open(setup)) {
            int before = cases.os.calls(Call.COMMIT);
            for (int i = 0; n > 0 && i < width; i++) {
                cases.os.failNth(Call.COMMIT, before + n + i);
            }
            int refused = run(cases, width);
            int asked = cases.os.calls(Call.COMMIT) - before;
            assertTrue(asked >= n, "the fault was met");
            assertTrue(width < 8 || refused > 0, "eight refusals in a row, and no request was refused");
            return asked;
        }
    }

    // 52

    @Test
    void case52_purgeFails_isReportedAndMemoryStaysUsable() {
        try (CasePool cases = CasePool.with(Setup.DEFERRED, builder -> builder.retained(0))) {
            MemorySegment kept = cases.pool.allocate(100, 16);
            for (int n = 1; n <= 3; n++) {
                long failed = cases.pool.statistics().failedReleases();
                cases.os.failNth(Call.PURGE, cases.os.calls(Call.PURGE) + 1);
                use(cases);
                assertEquals(failed + 1, cases.pool.statistics().failedReleases());
                cases.verify();
                use(cases);
                assertEquals(0, cases.memory().retainedBytes(), "given back later");
            }
            cases.pool.free(kept);
        }
    }

    @Test
    void case52_trimRefused_throwsAndServesOn() {
        try (CasePool cases = CasePool.with(Setup.DEFERRED, builder -> builder.retained(CasePool.CAPACITY_BYTES))) {
            for (int n = 1; n <= 6; n++) {
                use(cases);
                assertTrue(cases.memory().retainedBytes() >= 4 * REGION_BYTES);
                cases.os.failNth(Call.PURGE, cases.os.calls(Call.PURGE) + n);
                assertEquals(ENOMEM, assertThrows(OsException.class, cases.pool::trim).errno());
                cases.verify();
                use(cases);
                assertTrue(cases.pool.trim() > 0);
                assertEquals(0, cases.memory().retainedBytes());
            }
        }
    }

    /** Takes, writes and frees four regions more. */
    private static void use(CasePool cases) {
        List<MemorySegment> blocks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            MemorySegment block = cases.pool.allocate(REGION_BYTES - 24, 16);
            block.fill((byte) 9);
            blocks.add(block);
        }
        blocks.forEach(cases.pool::free);
    }

    @Test
    void case52_closeWhosePurgeFails_isClosedAllTheSame() {
        Assumptions.assumeTrue(OsMemory.system().name().equals("posix"), "posix");
        CasePool cases = CasePool.empty(Setup.DEFERRED, builder -> builder);
        cases.os.failNth(Call.PURGE, cases.os.calls(Call.PURGE) + 1);
        assertThrows(OsException.class, cases.pool::close);
        assertTrue(cases.pool.isClosed());
        assertThrows(IllegalStateException.class, () -> cases.pool.allocateAddress(16));
        cases.pool.close();
    }
}
