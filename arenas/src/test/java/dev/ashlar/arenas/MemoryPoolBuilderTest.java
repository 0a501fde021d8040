package dev.ashlar.arenas;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;

import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import dev.ashlar.os.Cores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Each setting: its default, its bounds, and that the pool says what it is. Case 11 of docs/cases.md. */
class MemoryPoolBuilderTest {
    private static final long MIB = 1 << 20;

    @Test
    void build_defaults_areAsDocumented() {
        try (MemoryPool pool = MemoryPool.builder().build()) {
            assertEquals("pool", pool.name());
            assertEquals(1L << 30, pool.capacity());
            assertEquals(Cores.count(), pool.arenas());
            assertEquals(Coalescing.DEFERRED, pool.coalescing());
            assertEquals(FitPolicy.BEST_FIT, pool.policy());
            assertEquals(MIB, pool.cacheLimit());
            assertEquals(1L << 27, pool.cachesLimit());
            assertEquals(1L << 27, pool.retained());
            assertEquals(Duration.ofMillis(200), pool.reclaimPeriod());
            assertFalse(pool.isHardened() || pool.isZeroing() || pool.usesHugePages() || pool.isClosed());
            assertEquals(1, Long.bitCount(pool.regionSize()));
            assertTrue(pool.regionSize() >= MIB && pool.regionSize() <= 64 * MIB);
        }
    }

    @Test
    void build_regionSize_isTheCapacitySharedOut() {
        for (long[] each : new long[][] {{1, 1, 1}, {16, 1, 1}, {100, 2, 4}, {1024, 2, 32}, {1 << 14, 2, 64}}) {
            try (MemoryPool pool = MemoryPool.builder().capacity(each[0] * MIB).arenas((int) each[1]).build()) {
                assertEquals(each[2] * MIB, pool.regionSize(), () -> "of " + each[0] + " MiB");
            }
        }
    }

    @Test
    void build_eachSetting_isReadableFromThePool() {
        try (MemoryPool pool = MemoryPool.builder()
                .name("settings")
                .capacity(10 * MIB + 1)
                .regionSize(2 * MIB)
                .arenas(3)
                .retained(3 * MIB)
                .policy(FitPolicy.WORST_FIT)
                .cacheLimit(12345)
                .cachesLimit(67890)
                .zeroing(true)
                .hugePages(true)
                .reclaimPeriod(Duration.ofSeconds(3))
                .build()) {
            assertEquals("settings", pool.name());
            assertEquals(12 * MIB, pool.capacity(), "rounded up to whole regions");
            assertEquals(2 * MIB, pool.regionSize());
            assertEquals(3, pool.arenas());
            assertEquals(4 * MIB, pool.retained(), "rounded up to whole regions");
            assertEquals(FitPolicy.WORST_FIT, pool.policy());
            assertEquals(12345, pool.cacheLimit());
            assertEquals(67890, pool.cachesLimit());
            assertTrue(pool.isZeroing() && pool.usesHugePages() && !pool.isHardened() && !pool.isPortable());
            assertEquals(Duration.ofSeconds(3), pool.reclaimPeriod());
            pool.policy(FitPolicy.FIRST_FIT);
            assertEquals(FitPolicy.FIRST_FIT, pool.policy());
            pool.cacheLimits(1, 2);
            assertEquals(1, pool.cacheLimit());
            assertEquals(2, pool.cachesLimit());
            assertThrows(IllegalArgumentException.class, () -> pool.cacheLimits(-1, 0));
            assertThrows(IllegalArgumentException.class, () -> pool.cacheLimits(0, -1));
            assertEquals(1, pool.cacheLimit());
        }
        try (MemoryPool pool = MemoryPool.builder().capacity(4 * MIB).hardened(true).portable(true)
                .coalescing(Coalescing.IMMEDIATE).build()) {
            assertTrue(pool.isHardened() && pool.isZeroing() && pool.isPortable());
            assertEquals(Coalescing.IMMEDIATE, pool.coalescing());
            assertEquals(0, pool.cacheLimit(), "caches hold nothing");
            assertEquals(0, pool.cachesLimit(), "caches hold nothing");
        }
    }

    @Test
    void case11_badSetting_isIllegalAndLeavesTheBuilderAsItWas() {
        MemoryPoolBuilder builder = MemoryPool.builder().capacity(4 * MIB).regionSize(MIB).arenas(2);
        List<Executable> settings = List.of(
                () -> builder.capacity(0),
                () -> builder.capacity(-1),
                () -> builder.capacity((1L << 46) + 1),
                () -> builder.regionSize(0),
                () -> builder.regionSize(3 * MIB),
                () -> builder.regionSize(MIB / 2),
                () -> builder.regionSize(128 * MIB),
                () -> builder.regionSize(Long.MIN_VALUE),
                () -> builder.arenas(0),
                () -> builder.arenas(-1),
                () -> builder.arenas(1025),
                () -> builder.retained(-1),
                () -> builder.cacheLimit(-1),
                () -> builder.cachesLimit(-1),
                () -> builder.reclaimPeriod(Duration.ZERO),
                () -> builder.reclaimPeriod(Duration.ofMillis(-5)),
                () -> builder.reclaimPeriod(Duration.ofNanos(999_999)),
                () -> builder.reclaimPeriod(Duration.ofDays(1).plusNanos(1)));
        for (Executable setting : settings) {
            String message = String.valueOf(assertThrows(IllegalArgumentException.class, setting).getMessage());
            assertTrue(message.matches("[a-zA-Z]+: \\S+ \\(expected: .+\\)"), message);
        }
        try (MemoryPool pool = builder.build()) {
            assertEquals(4 * MIB, pool.capacity());
            assertEquals(MIB, pool.regionSize());
            assertEquals(2, pool.arenas());
            assertEquals(Duration.ofMillis(200), pool.reclaimPeriod());
        }
    }

    /** A zeroing pool hands out zeros, whoever had the memory before, by every way. */
    @Test
    void zeroing_everyAllocation_isZero() throws InterruptedException {
        MemorySegment zeros = MemorySegment.ofArray(new byte[(int) (2 * MIB)]);
        try (MemoryPool pool = MemoryPool.builder().capacity(8 * MIB).arenas(1).zeroing(true).build();
                ConfinedPool view = pool.confined();
                Budget budget = pool.openBudget("zeros", 8 * MIB)) {
            for (int round = 0; round < 5; round++) {
                for (long size : new long[] {1, 100, 5000, 8200, 20_000, 2 * MIB}) {
                    for (int way = 0; way < 6; way++) {
                        long block = switch (way) {
                            case 0 -> pool.allocateAddress(size);
                            case 1 -> pool.allocateAddress(size, 64);
                            case 2 -> pool.tryAllocateAddress(size, 16);
                            case 3 -> pool.allocateAddress(size, 16, Duration.ZERO);
                            case 4 -> view.allocateAddress(size);
                            default -> budget.allocateAddress(size);
                        };
                        assertEquals(-1, Raw.at(block, size).mismatch(zeros.asSlice(0, size)));
                        Raw.at(block, size).fill((byte) 0x33);
                        pool.freeAddress(block);
                    }
                }
            }
            pool.reclaim();
        }
    }
}
