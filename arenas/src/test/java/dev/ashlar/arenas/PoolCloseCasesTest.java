package dev.ashlar.arenas;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import dev.ashlar.BlockState;
import dev.ashlar.OsException;
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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Cases 37 to 41 and 44 of docs/cases.md: closing, while others use the pool. What could end the process runs in one of its own. */
class PoolCloseCasesTest {

    /** Cases 37, 38 and 40: threads allocate, write, read and free by every way there is, while the pool is closed under them. */
    @ParameterizedTest
    @ValueSource(strings = {"default", "hardened"})
    void case37_case38_case40_closeAgainstAllUses_valueOrIllegalState(String kind) {
        Assumptions.assumeTrue(OsMemory.system().name().equals("posix"), "posix");
        ChildJvm.Result result = ChildJvm.run(Races.class,
                List.of("--enable-native-access=ALL-UNNAMED", "--illegal-native-access=deny"), kind);
        assertEquals(new ChildJvm.Result(0, "as expected\n", ""), result);
    }

    /** Without native access every access is checked, so closing may unmap at once. */
    @Test
    void case37_case38_case40_closeAgainstAllUsesOfPortableMemory_valueOrIllegalState() {
        ChildJvm.Result result = ChildJvm.run(Races.class, List.of("--illegal-native-access=deny"), "portable");
        assertEquals(new ChildJvm.Result(0, "as expected\n", ""), result);
    }

    /** Rounds of threads that use a pool until it is closed. */
    static final class Races {
        private static final int ROUNDS = 40;
        private static final int THREADS = 4;

        private Races() {}

        public static void main(String[] args) throws InterruptedException {
            for (int round = 0; round < ROUNDS; round++) {
                round(args[0], round);
            }
            System.out.println("as expected");
        }

        private static void round(String kind, int round) throws InterruptedException {
            MemoryPool pool = MemoryPool.builder()
                    .name("race")
                    .capacity(16 << 20)
                    .hardened(kind.equals("hardened"))
                    .arenas(2)
                    .build();
            CountDownLatch busy = new CountDownLatch(THREADS);
            AtomicInteger failures = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int number = i;
                Runnable use = () -> useUntilClosed(pool, number, busy, failures);
                threads.add(i == 3 ? Thread.startVirtualThread(use) : Thread.ofPlatform().start(use));
            }
            busy.await();
            Thread second = Thread.ofPlatform().start(pool::close);
            pool.close();
            check(pool.isClosed(), "closed when close returns");
            second.join();
            for (Thread thread : threads) {
                thread.join();
            }
            check(failures.get() == 0, "failures in round " + round);
        }

        /** Every answer but a value and IllegalStateException is a failure; a fault ends the process. */
        private static void useUntilClosed(MemoryPool pool, int number, CountDownLatch busy, AtomicInteger failures) {
            int done = 0;
            try {
                while (true) {
                    use(pool, number + done);
                    if (++done == 50) {
                        busy.countDown();
                    }
                }
            } catch (IllegalStateException e) {
                if (e instanceof dev.ashlar.HeapCorruptionException) {
                    e.printStackTrace();
                    failures.incrementAndGet();
                }
            } catch (RuntimeException | Error e) {
                e.printStackTrace();
                failures.incrementAndGet();
            } finally {
                while (done++ < 50) {
                    busy.countDown();
                }
            }
        }

        private static void use(MemoryPool pool, int number) {
            long size = number % 20 == 0 ? 9000 : number % 500;
            long address = pool.allocateAddress(size);
            MemorySegment segment = pool.allocate(64, 16);
            segment.set(ValueLayout.JAVA_LONG, 8, 42);
            if (segment.get(ValueLayout.JAVA_LONG, 8) != 42) {
                throw new AssertionError("another value");
            }
            pool.freeAddress(address);
            pool.free(segment);
            if (number % 64 == 0 && !pool.isPortable()) {
                try (Arena arena = pool.openArena()) {
                    arena.allocate(200).fill((byte) 1);
                }
            }
        }

        private static void check(boolean condition, String expected) {
            if (!condition) {
                throw new AssertionError("expected: " + expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case39_closedTwiceAndByTwoThreads_oneClosesAndBothReturn(Setup setup) {
        for (int i = 0; i < 10; i++) {
            CasePool cases = CasePool.empty(setup, builder -> builder);
            int purges = cases.os.calls(setup.portable ? Call.UNMAP : Call.PURGE);
            Tasks.inParallel(3, thread -> {
                cases.pool.close();
                assertTrue(cases.pool.isClosed());
                assertThrows(IllegalStateException.class, () -> cases.pool.allocateAddress(1));
            });
            cases.pool.close();
            assertEquals(purges + 1, cases.os.calls(setup.portable ? Call.UNMAP : Call.PURGE), "pages given back once");
        }
    }

    /** Deferred: the scope's memory stays, readable and writable, until the scope is closed; then its pages go. */
    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"DEFERRED", "IMMEDIATE", "HARDENED"})
    void case39_closeWithAScopeOpen_leavesItsMemoryUntilItCloses(Setup setup) {
        for (boolean shared : new boolean[] {false, true}) {
            CasePool cases = CasePool.empty(setup, builder -> builder);
            Arena scope = shared ? cases.pool.openSharedArena() : cases.pool.openArena();
            MemorySegment cell = scope.allocate(100, 16);
            MemorySegment block = scope.allocate(100_000, 16);
            cell.fill((byte) 3);
            MemorySegment ofPool = cases.pool.allocate(100, 16);
            int purges = cases.os.calls(Call.PURGE);
            cases.pool.close();
            assertEquals(purges, cases.os.calls(Call.PURGE), "pages given back under an open scope");
            block.fill((byte) 4);
            assertEquals((byte) 3, cell.get(ValueLayout.JAVA_BYTE, 99));
            assertThrows(IllegalStateException.class, () -> ofPool.get(ValueLayout.JAVA_BYTE, 0));
            assertThrows(IllegalStateException.class, () -> scope.allocate(1));
            scope.close();
            assertEquals(purges + 1, cases.os.calls(Call.PURGE), "pages given back with the scope");
            assertThrows(IllegalStateException.class, () -> cell.get(ValueLayout.JAVA_BYTE, 0));
            assertThrows(IllegalStateException.class, scope::close);
            cases.pool.close();
        }
    }

    /** Refused while a channel writes from a segment; afterwards it can be closed. A pool that is not hardened serves on in between. */
    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"DEFERRED", "PORTABLE", "HARDENED"})
    void case39_closeDuringChannelWrite_isRefusedAndRetryable(Setup setup) throws IOException {
        CasePool cases = CasePool.empty(setup, builder -> builder);
        MemorySegment kept = cases.pool.allocate(64, 16);
        MemorySegment source = cases.pool.allocate(1 << 20, 16);
        Pipe pipe = Pipe.open();
        Tasks.Running writer = Tasks.start(() -> {
            ByteBuffer buffer = source.asByteBuffer();
            while (buffer.hasRemaining()) {
                pipe.sink().write(buffer);
            }
        });
        // One byte has come, and a pipe takes less than all of them: the writer is in its call, and stays there.
        ByteBuffer one = ByteBuffer.allocate(1);
        assertEquals(1, pipe.source().read(one));
        assertThrows(IllegalStateException.class, cases.pool::close);
        if (setup.hardened) {
            assertTrue(cases.pool.isClosed());
        } else {
            assertFalse(cases.pool.isClosed());
            kept.fill((byte) 1);
            cases.pool.free(cases.pool.allocate(100, 16));
            Tasks.inThread(() -> cases.pool.free(cases.pool.allocate(100, 16)));
            cases.pool.validateQuiet();
        }
        ByteBuffer rest = ByteBuffer.allocate(1 << 16);
        for (int left = (1 << 20) - 1; left > 0;) {
            left -= pipe.source().read(rest.clear());
        }
        writer.join();
        pipe.sink().close();
        pipe.source().close();
        cases.pool.close();
        assertTrue(cases.pool.isClosed());
        assertThrows(IllegalStateException.class, () -> kept.get(ValueLayout.JAVA_BYTE, 0));
    }

    /** Live blocks do not hold up close; until then the walk lists them. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case41_closeWithLiveBlocks_closesAndTheWalkHasListedThem(Setup setup) {
        CasePool cases = CasePool.empty(setup, builder -> builder);
        List<MemorySegment> leaks = List.of(cases.pool.allocate(40, 16), cases.pool.allocate(100_000, 16));
        List<Long> listed = new ArrayList<>();
        cases.pool.walk((address, usableBytes, state) -> {
            if (state == BlockState.LIVE) {
                listed.add(address);
            }
        });
        assertEquals(leaks.stream().map(MemorySegment::address).sorted().toList(), listed.stream().sorted().toList());
        cases.pool.close();
        leaks.forEach(leak -> assertThrows(IllegalStateException.class, () -> leak.get(ValueLayout.JAVA_BYTE, 0)));
    }

    /** The worker can't give pages back, says so to the log, and a handler of that closes the pool, in the middle of the worker's run. */
    @Test
    void case44_closeFromTheWorker_doesNotDeadlock() {
        HookedOs os = new HookedOs(OsMemory.system());
        MemoryPool pool = MemoryPool.builder().name("worker").capacity(8 << 20).retained(0).os(os)
                .reclaimPeriod(Duration.ofMillis(1)).build();
        Logger log = Logger.getLogger("dev.ashlar");
        Handler closing = new ClosingHandler("ashlar-worker", () -> {
            os.clear();
            pool.close();
        });
        log.addHandler(closing);
        try {
            os.beforePurge(() -> {
                throw new OsException("madvise", 0, 0, 12, "planted", null);
            });
            pool.freeAddress(pool.allocateAddress(200_000));
            Tasks.until(pool::isClosed);
            pool.close();
        } finally {
            log.removeHandler(closing);
        }
        assertThrows(IllegalStateException.class, () -> pool.allocateAddress(1));
    }

    /** Does something when one thread logs. */
    private static final class ClosingHandler extends Handler {
        private final String threadName;
        private final Runnable action;

        ClosingHandler(String threadName, Runnable action) {
            this.threadName = threadName;
            this.action = action;
        }

        @Override
        public void publish(LogRecord record) {
            if (Thread.currentThread().getName().equals(threadName)) {
                action.run();
            }
        }

        @Override
        public void flush() {
            // Nothing is kept.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    /** From a Cleaner's thread, and from a pressure callback in the middle of a request. */
    @Test
    void case44_closeFromACleanupOrACallback_doesNotDeadlock() {
        MemoryPool first = MemoryPool.builder().capacity(4 << 20).build();
        java.lang.ref.Cleaner cleaner = java.lang.ref.Cleaner.create();
        cleaner.register(new Object(), first::close).clean();
        CountDownLatch cleaned = new CountDownLatch(1);
        MemoryPool second = MemoryPool.builder().capacity(4 << 20).build();
        register(cleaner, () -> {
            second.close();
            cleaned.countDown();
        });
        Tasks.until(() -> {
            System.gc();
            return cleaned.getCount() == 0;
        });
        assertTrue(first.isClosed() && second.isClosed());
        MemoryPool third = MemoryPool.builder().capacity(4 << 20).build();
        assertNotNull(third.onPressure(0, bytes -> third.close()));
        assertThrows(IllegalStateException.class, () -> third.allocateAddress(5 << 20 >> 1, 1L << 40));
        assertTrue(third.isClosed());
    }

    private static void register(java.lang.ref.Cleaner cleaner, Runnable action) {
        assertNotNull(cleaner.register(new Object(), action));
    }
}
