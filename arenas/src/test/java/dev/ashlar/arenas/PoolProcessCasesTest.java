package dev.ashlar.arenas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import dev.ashlar.PoolExhaustedException;
import dev.ashlar.os.OsMemory;
import dev.ashlar.testing.ChildJvm;
import dev.ashlar.testing.FaultyOs;
import dev.ashlar.testing.FaultyOs.Call;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Cases 50, 51 and 54 to 56 of docs/cases.md: what depends on the process, each in one of its own. */
class PoolProcessCasesTest {
    private static final List<String> NATIVE =
            List.of("--enable-native-access=ALL-UNNAMED", "--illegal-native-access=deny");

    private static void assumePosix() {
        Assumptions.assumeTrue(OsMemory.system().name().equals("posix"), "posix");
    }

    // 50

    @Test
    void case50_addressSpaceLimit_isExhaustedAndTheJvmLives() {
        assumePosix();
        List<String> flags = new ArrayList<>(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:ReservedCodeCacheSize=32m",
                "-XX:CompressedClassSpaceSize=16m"));
        flags.addAll(NATIVE);
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -v 4194304; exec \"$@\"", "sh"));
        command.addAll(ChildJvm.command(Limited.class, flags));
        String expected = """
                64 GiB: OPERATING_SYSTEM, errno 12, requested 68719476736
                many of 512 MiB: OPERATING_SYSTEM, errno 12
                each of them serves: true
                after closing them: served
                """;
        assertEquals(new ChildJvm.Result(0, expected, ""), ChildJvm.run(command));
    }

    /** Asks for more addresses than its limit leaves, in one piece and in many, and goes on. */
    static final class Limited {
        private Limited() {}

        public static void main(String[] args) {
            PoolExhaustedException refused = refused(() -> limited(1L << 36));
            System.out.printf("64 GiB: %s, errno %d, requested %d%n", refused.kind(), refused.errno(),
                    refused.requestedBytes());
            List<MemoryPool> pools = new ArrayList<>();
            refused = refused(() -> {
                while (true) {
                    pools.add(limited(512L << 20));
                }
            });
            System.out.printf("many of 512 MiB: %s, errno %d%n", refused.kind(), refused.errno());
            boolean serve = !pools.isEmpty();
            for (MemoryPool pool : pools) {
                pool.free(pool.allocate(100_000, 16).fill((byte) 1));
                pool.free(pool.allocate(100, 16).fill((byte) 1));
                pool.validateQuiet();
                serve &= pool.statistics().memory().liveBlocks() == 0;
                pool.close();
            }
            System.out.println("each of them serves: " + serve);
            pools.clear();
            try (MemoryPool pool = limited(512L << 20)) {
                pool.allocate(100_000, 16).fill((byte) 1);
                System.out.println("after closing them: served");
            }
        }

        private static MemoryPool limited(long capacity) {
            return MemoryPool.builder().name("limited").capacity(capacity).build();
        }

        private static PoolExhaustedException refused(Runnable building) {
            try {
                building.run();
            } catch (PoolExhaustedException e) {
                return e;
            }
            throw new AssertionError("served");
        }
    }

    // 51

    /** Each region that is made writable in between others is a mapping of its own: at the system's limit the pool says so, and lives. */
    @Test
    void case51_tooManyMappings_isExhaustedAndServedLater() {
        assumePosix();
        List<String> flags = new ArrayList<>(List.of("-Xmx512m"));
        flags.addAll(NATIVE);
        ChildJvm.Result result = ChildJvm.run(Mappings.class, flags);
        assertEquals("as expected\n", result.stdout(), result.stderr());
        assertEquals(0, result.exitCode(), result.stderr());
    }

    /** Uses up the process's mappings by making every second page of a range writable. */
    static final class Mappings {
        private static final long PAGE = 4096;
        private static final long PAGES = 1 << 18;

        private Mappings() {}

        public static void main(String[] args) {
            OsMemory os = OsMemory.posix();
            warmUp(os);
            try (MemoryPool pool = MemoryPool.builder().name("mappings").capacity(64 << 20).regionSize(1 << 20).build();
                    var range = os.reserve("pages", PAGES * PAGE, PAGE)) {
                long before = pool.allocateAddress(100);
                long used = 0;
                try {
                    for (long page = 0; page < PAGES; page += 2) {
                        os.commit(range.address() + page * PAGE, PAGE);
                        used++;
                    }
                } catch (dev.ashlar.OsException e) {
                    // The limit: a commit in the middle of a range needs two mappings more.
                }
                check(used < PAGES / 2, "no limit met after " + used);
                PoolExhaustedException refused = exhaust(pool);
                check(refused.kind() == PoolExhaustedException.Cause.OPERATING_SYSTEM, String.valueOf(refused));
                check(refused.errno() == 12, "errno " + refused.errno());
                pool.validateQuiet();
                // Half of what was used up comes back: neighbours that are alike are one mapping.
                for (long page = 0; page < used; page += 2) {
                    os.release(range.address() + page * PAGE, PAGE);
                }
                pool.freeAddress(pool.allocateAddress(40 << 20));
                pool.freeAddress(before);
                pool.validateQuiet();
            }
            System.out.println("as expected");
        }

        /** Loads the classes that a refusal takes: without a mapping left the virtual machine could not, and would end. */
        private static void warmUp(OsMemory os) {
            try (MemoryPool pool = MemoryPool.builder().name("warm").capacity(16 << 20).regionSize(1 << 20).build()) {
                check(exhaust(pool).toString().contains("warm"), "message without a name");
                pool.defragment().join();
                pool.validateQuiet();
            }
            try {
                os.commit(PAGE, PAGE);
                throw new AssertionError("the lowest addresses were committed");
            } catch (dev.ashlar.OsException e) {
                check(e.getMessage() != null, "no message");
            }
        }

        private static PoolExhaustedException exhaust(MemoryPool pool) {
            List<Long> blocks = new ArrayList<>();
            try {
                while (true) {
                    // Not adjacent to what is writable, so that no mapping can be made longer.
                    blocks.add(pool.allocateAddress(1, 4 << 20));
                }
            } catch (PoolExhaustedException e) {
                blocks.forEach(pool::freeAddress);
                return e;
            }
        }

        private static void check(boolean condition, String otherwise) {
            if (!condition) {
                throw new AssertionError(otherwise);
            }
        }
    }

    // 54

    @Test
    void case54_droppedPool_isCleanedUpAndReportedOnce() {
        assumePosix();
        ChildJvm.Result result = ChildJvm.run(Drop.class, NATIVE);
        assertEquals("as expected\n".repeat(Drop.Case.values().length), result.stdout(), result.stderr());
        assertEquals(0, result.exitCode(), result.stderr());
        for (Drop.Case dropped : Drop.Case.values()) {
            Pattern report = Pattern.compile("reservation \"" + dropped
                    + "\" \\([0-9]+ bytes at 0x[0-9a-f]+\\): dropped without being closed");
            assertEquals(dropped == Drop.Case.CLOSED ? 0 : 1, report.matcher(result.stderr()).results().count(),
                    () -> dropped + ": " + result.stderr());
        }
    }

    /** Drops a pool with live blocks, used by several threads, and keeps one thing of it: while that is there, so is the memory. */
    static final class Drop {
        enum Case {
            OPEN, HARDENED, CLOSED, SLICE, HARDENED_SLICE, VIEW, BUDGET, SHARED_SCOPE, SHARED_SCOPE_SLICE
        }

        // Statics, so that neither the interpreter's frame nor the JIT decides how long they are reachable.
        private static @Nullable Object kept;
        private static MemorySegment slice = MemorySegment.NULL;

        private Drop() {}

        public static void main(String[] args) throws InterruptedException {
            for (Case dropped : Case.values()) {
                dropAndWatch(dropped);
            }
        }

        private static void dropAndWatch(Case dropped) throws InterruptedException {
            FaultyOs os = new FaultyOs(OsMemory.posix());
            drop(os, dropped);
            if (kept != null) {
                collect();
                check(os.calls(Call.UNMAP) == 0, "unmapped under what is reachable");
                if (!slice.equals(MemorySegment.NULL)) {
                    slice.set(ValueLayout.JAVA_LONG, 0, 43);
                    check(slice.get(ValueLayout.JAVA_LONG, 0) == 43, "the slice is not the memory");
                }
                kept = null;
                slice = MemorySegment.NULL;
            }
            await(os, 1);
            collect();
            check(os.calls(Call.UNMAP) == 1, "unmapped twice");
            System.out.println("as expected");
        }

        private static void drop(FaultyOs os, Case dropped) throws InterruptedException {
            boolean hardened = dropped == Case.HARDENED || dropped == Case.HARDENED_SLICE;
            MemoryPool pool = MemoryPool.builder().name(dropped.name()).capacity(8 << 20).hardened(hardened).os(os)
                    .reclaimPeriod(Duration.ofMillis(5)).build();
            MemorySegment block = pool.allocate(5000, 16);
            pool.free(pool.allocate(100, 16));
            Thread other = Thread.ofPlatform().daemon().start(() -> {
                pool.free(pool.allocate(100, 16));
                pool.allocateAddress(100);
            });
            other.join();
            Thread.startVirtualThread(() -> pool.free(pool.allocate(100, 16))).join();
            Budget budget = pool.openBudget("budget", 1000);
            budget.allocateAddress(100);
            switch (dropped) {
                case SLICE, HARDENED_SLICE -> {
                    slice = block.asSlice(0, 8);
                    kept = slice;
                }
                case VIEW -> kept = pool.confined();
                case BUDGET -> kept = budget;
                case SHARED_SCOPE -> kept = pool.openSharedArena();
                case SHARED_SCOPE_SLICE -> {
                    // The arena object itself is dropped: its segment keeps the memory.
                    Arena scope = pool.openSharedArena();
                    slice = scope.allocate(64, 8);
                    kept = slice;
                }
                case CLOSED -> pool.close();
                case OPEN, HARDENED -> {
                }
            }
        }

        /** Has the collector and the Cleaner do whatever they can, by watching a pool that is closed and dropped go. */
        private static void collect() throws InterruptedException {
            FaultyOs control = new FaultyOs(OsMemory.posix());
            for (int i = 1; i <= 3; i++) {
                dropClosed(control);
                await(control, i);
            }
        }

        private static void dropClosed(FaultyOs os) {
            MemoryPool.builder().name("control").capacity(1 << 20).os(os).build().close();
        }

        private static void await(FaultyOs os, int unmapped) throws InterruptedException {
            for (int i = 0; i < 200; i++) {
                System.gc();
                if (os.awaitCalls(Call.UNMAP, unmapped, 100)) {
                    return;
                }
            }
            throw new AssertionError("still mapped after 200 collections");
        }

        private static void check(boolean condition, String otherwise) {
            if (!condition) {
                throw new AssertionError(otherwise);
            }
        }
    }

    /** A confined scope that is never closed holds the range for good, as Java's own holds its memory; that is reported, too. */
    @Test
    void case54_droppedWithAConfinedScopeOpen_staysMappedAndIsReported() {
        assumePosix();
        ChildJvm.Result result = ChildJvm.run(DropScope.class, NATIVE);
        assertEquals("still mapped\n", result.stdout(), result.stderr());
        assertEquals(1, Pattern.compile("1 scopes of it were never closed").matcher(result.stderr()).results().count(),
                result.stderr());
    }

    /** Drops a pool whose confined scope is open. */
    static final class DropScope {
        private DropScope() {}

        public static void main(String[] args) throws InterruptedException {
            FaultyOs os = new FaultyOs(OsMemory.posix());
            drop(os);
            Drop.collect();
            Drop.collect();
            Drop.check(os.calls(Call.UNMAP) == 0, "unmapped under an open scope");
            System.out.println("still mapped");
        }

        private static void drop(FaultyOs os) {
            MemoryPool pool = MemoryPool.builder().name("scoped").capacity(8 << 20).os(os).build();
            pool.openArena().allocate(64);
        }
    }

    // 55

    @Test
    void case55_nativeAccessDenied_isPortableWithoutAWarning() {
        ChildJvm.Result result = ChildJvm.run(Access.class, List.of("--illegal-native-access=deny"));
        String expected = """
                portable: true
                written: 42 42
                arena: UnsupportedOperationException
                closed: IllegalStateException
                """;
        assertEquals(new ChildJvm.Result(0, expected, ""), result);
    }

    @Test
    void case55_nativeAccessGranted_isNeverTheFallback() {
        assumePosix();
        String expected = """
                portable: false
                written: 42 42
                arena: 0
                closed: IllegalStateException
                """;
        assertEquals(new ChildJvm.Result(0, expected, ""), ChildJvm.run(Access.class, NATIVE));
    }

    /** Uses a pool as it comes, and says what it is. */
    static final class Access {
        private Access() {}

        public static void main(String[] args) {
            MemoryPool pool = MemoryPool.builder().capacity(8 << 20).build();
            System.out.println("portable: " + pool.isPortable());
            MemorySegment small = pool.allocate(64, 16);
            MemorySegment large = pool.allocate(3 << 20, 16);
            small.set(ValueLayout.JAVA_LONG, 0, 42);
            large.set(ValueLayout.JAVA_LONG, 2 << 20, 42);
            System.out.println("written: " + small.get(ValueLayout.JAVA_LONG, 0) + " "
                    + large.get(ValueLayout.JAVA_LONG, 2 << 20));
            try (Arena arena = pool.openArena()) {
                System.out.println("arena: " + arena.allocate(8, 8).get(ValueLayout.JAVA_LONG, 0));
            } catch (UnsupportedOperationException e) {
                System.out.println("arena: " + e.getClass().getSimpleName());
            }
            pool.free(large);
            pool.validateQuiet();
            pool.trim();
            pool.close();
            try {
                pool.freeAddress(small.address());
            } catch (IllegalStateException e) {
                System.out.println("closed: " + e.getClass().getSimpleName());
            }
        }
    }

    // 56

    /** Pools in use, open scopes, a worker that runs every millisecond: main returns, and the process ends. */
    @Test
    void case56_jvmExits_theWorkerDoesNotHoldItUp() {
        assumePosix();
        assertEquals(new ChildJvm.Result(0, "main returns\n", ""), ChildJvm.run(Exit.class, NATIVE));
    }

    /** Leaves everything open. */
    static final class Exit {
        private Exit() {}

        public static void main(String[] args) {
            MemoryPool pool = MemoryPool.builder().capacity(8 << 20).reclaimPeriod(Duration.ofMillis(1)).build();
            pool.allocate(100, 16).fill((byte) 1);
            pool.openSharedArena().allocate(100);
            pool.openArena().allocate(100);
            pool.confined().allocateAddress(8);
            System.out.println("main returns");
        }
    }
}
