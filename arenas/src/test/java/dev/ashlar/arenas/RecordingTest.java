package dev.ashlar.arenas;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.ashlar.Coalescing;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.RecordingEnd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is in a recording: operations of every kind, by every way, in every sort of pool. */
@SuppressWarnings("try") // Recordings run while the body does, and are closed early to be looked at.
class RecordingTest {
    private static final long MAX_BYTES = 1 << 20;

    @TempDir
    private Path folder;

    /** The pools whose ways differ. */
    enum Kind {
        DEFAULT, IMMEDIATE, HARDENED, ZEROING, PORTABLE;

        MemoryPool open() {
            return MemoryPool.builder()
                    .name("recorded")
                    .capacity(64 << 20)
                    .arenas(2)
                    .coalescing(this == IMMEDIATE ? Coalescing.IMMEDIATE : Coalescing.DEFERRED)
                    .hardened(this == HARDENED)
                    .zeroing(this == ZEROING)
                    .portable(this == PORTABLE)
                    .build();
        }
    }

    private Path file() {
        return folder.resolve("recording.atrace.gz");
    }

    private List<String> lines() throws IOException {
        return Recorded.lines(file());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void poolByAddress_isRecorded(Kind kind) throws Exception {
        try (MemoryPool pool = kind.open()) {
            try (Recording recording = pool.startRecording(file(), MAX_BYTES)) {
                long small = pool.allocateAddress(100);
                long aligned = pool.allocateAddress(200, 64);
                long empty = pool.allocateAddress(0);
                long large = pool.allocateAddress(100_000);
                long tried = pool.tryAllocateAddress(50, 16);
                long waited = pool.allocateAddress(60, 16, Duration.ofSeconds(1));
                assertThrows(PoolExhaustedException.class, () -> pool.allocateAddress(1L << 30));
                assertEquals(0, pool.tryAllocateAddress(1L << 30, 16));
                for (long address : new long[] {small, aligned, empty, large, tried, waited}) {
                    pool.freeAddress(address);
                }
                assertThrows(InvalidFreeException.class, () -> pool.freeAddress(small));
                assertThrows(InvalidFreeException.class, () -> pool.freeAddress(large + 32));
                assertTrue(recording.isRunning());
                assertNull(recording.stoppedBecause());
                recording.close();
                assertEquals(12, recording.events());
                assertEquals(0, recording.droppedEvents());
                assertEquals(RecordingEnd.CLOSED, recording.stoppedBecause());
            }
            pool.validateQuiet();
        }
        assertEquals(
                List.of(
                        "0 allocate 0: 100",
                        "0 allocate 1: 200 at 64",
                        "0 allocate 2: 0",
                        "0 allocate 3: 100000",
                        "0 allocate 4: 50",
                        "0 allocate 5: 60",
                        "0 free 0",
                        "0 free 1",
                        "0 free 2",
                        "0 free 3",
                        "0 free 4",
                        "0 free 5"),
                lines());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void poolBySegment_isRecorded(Kind kind) throws Exception {
        try (MemoryPool pool = kind.open()) {
            try (Recording recording = pool.startRecording(file(), MAX_BYTES)) {
                MemorySegment small = pool.allocate(100);
                MemorySegment aligned = pool.allocate(200, 64);
                MemorySegment large = pool.allocate(10_000, 16, Duration.ofSeconds(1));
                MemorySegment other = pool.resize(small, 3000);
                pool.free(aligned);
                pool.free(large);
                pool.free(other);
            }
            pool.validateQuiet();
        }
        assertEquals(
                List.of(
                        "0 allocate 0: 100",
                        "0 allocate 1: 200 at 64",
                        "0 allocate 2: 10000",
                        "0 resize 0: 3000",
                        "0 free 1",
                        "0 free 2",
                        "0 free 0"),
                lines());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void resizes_inPlaceAndMoved_areRecordedAsResizes(Kind kind) throws Exception {
        try (MemoryPool pool = kind.open()) {
            try (Recording recording = pool.startRecording(file(), MAX_BYTES)) {
                long block = pool.allocateAddress(100);
                for (long byteSize : new long[] {104, 90, 1000, 20_000, 30_000, 15_000, 500_000, 64, 0}) {
                    block = pool.resizeAddress(block, byteSize);
                }
                long last = block;
                assertThrows(PoolExhaustedException.class, () -> pool.resizeAddress(last, 1L << 30));
                assertThrows(IllegalArgumentException.class, () -> pool.resizeAddress(last, -1));
                pool.freeAddress(last);
            }
            pool.validateQuiet();
        }
        assertEquals(
                List.of(
                        "0 allocate 0: 100",
                        "0 resize 0: 104",
                        "0 resize 0: 90",
                        "0 resize 0: 1000",
                        "0 resize 0: 20000",
                        "0 resize 0: 30000",
                        "0 resize 0: 15000",
                        "0 resize 0: 500000",
                        "0 resize 0: 64",
                        "0 resize 0: 0",
                        "0 free 0"),
                lines());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void budgets_areRecorded(Kind kind) throws Exception {
        try (MemoryPool pool = kind.open(); Budget budget = pool.openBudget("part", 1 << 20)) {
            try (Recording recording = pool.startRecording(file(), MAX_BYTES)) {
                long small = budget.allocateAddress(100);
                long large = budget.allocateAddress(10_000, 64);
                long moved = pool.resizeAddress(small, 2000);
                assertThrows(PoolExhaustedException.class, () -> budget.allocateAddress(2 << 20));
                budget.freeAddress(moved);
                pool.freeAddress(large);
            }
            assertEquals(0, budget.statistics().liveBytes());
            pool.validateQuiet();
        }
        assertEquals(
                List.of("0 allocate 0: 100", "0 allocate 1: 10000 at 64", "0 resize 0: 2000", "0 free 0", "0 free 1"),
                lines());
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, mode = EnumSource.Mode.EXCLUDE, names = "PORTABLE")
    void scopes_areRecordedWithTheirCloses(Kind kind) throws Exception {
        try (MemoryPool pool = kind.open()) {
            try (Recording recording = pool.startRecording(file(), MAX_BYTES)) {
                try (Arena one = pool.openArena()) {
                    one.allocate(100);
                }
                try (Arena several = pool.openArena(Contents.UNSPECIFIED)) {
                    several.allocate(200);
                    several.allocate(10_000, 64);
                }
                try (Arena shared = pool.openSharedArena()) {
                    MemorySegment block = shared.allocate(300);
                    assertThrows(InvalidFreeException.class, () -> pool.freeAddress(block.address()));
                }
            }
            pool.validateQuiet();
        }
        assertEquals(
                List.of(
                        "0 allocate 0: 100",
                        "0 free 0",
                        "0 allocate 1: 200",
                        "0 allocate 2: 10000 at 64",
                        "0 free 2",
                        "0 free 1",
                        "0 allocate 3: 300",
                        "0 free 3"),
                lines());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void confinedViews_openedBeforeAndLater_areRecorded(Kind kind) throws Exception {
        try (MemoryPool pool = kind.open(); ConfinedPool before = pool.confined()) {
            before.freeAddress(before.allocateAddress(100));
            try (Recording recording = pool.startRecording(file(), MAX_BYTES);
                    ConfinedPool later = pool.confined()) {
                long first = before.allocateAddress(100);
                long second = later.allocateAddress(200);
                MemorySegment third = later.allocate(300, 64);
                long fourth = before.allocateAddress(20_000);
                later.freeAddress(first);
                pool.freeAddress(second);
                before.free(third);
                later.freeAddress(fourth);
            }
            pool.validateQuiet();
        }
        assertEquals(
                List.of(
                        "0 allocate 0: 100",
                        "0 allocate 1: 200",
                        "0 allocate 2: 300 at 64",
                        "0 allocate 3: 20000",
                        "0 free 0",
                        "0 free 1",
                        "0 free 2",
                        "0 free 3"),
                lines());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void virtualThreads_areRecordedAsCarriers(Kind kind) throws Exception {
        int threads = 3 * Runtime.getRuntime().availableProcessors();
        try (MemoryPool pool = kind.open()) {
            try (Recording recording = pool.startRecording(file(), MAX_BYTES)) {
                for (int i = 0; i < threads; i++) {
                    int size = 100 + i;
                    Thread.ofVirtual().start(() -> pool.freeAddress(pool.allocateAddress(size))).join();
                }
            }
        }
        List<String> lines = lines();
        assertEquals(2 * threads, lines.size());
        for (int i = 0; i < threads; i++) {
            assertTrue(lines.get(2 * i).endsWith(" allocate " + i + ": " + (100 + i)), lines::toString);
            assertTrue(lines.get(2 * i + 1).endsWith(" free " + i), lines::toString);
        }
        assertTrue(
                lines.stream().mapToInt(line -> line.charAt(0) - '0').max().orElse(0)
                        < Runtime.getRuntime().availableProcessors(),
                lines::toString);
    }

    @Test
    void freesAndResizesByAnotherThread_areThatThreads() throws Exception {
        try (MemoryPool pool = Kind.DEFAULT.open()) {
            try (Recording recording = pool.startRecording(file(), MAX_BYTES)) {
                long small = pool.allocateAddress(100);
                long large = pool.allocateAddress(10_000);
                Thread.ofPlatform()
                        .start(() -> {
                            pool.freeAddress(small);
                            pool.freeAddress(pool.resizeAddress(large, 20_000));
                        })
                        .join();
            }
        }
        assertEquals(
                List.of("0 allocate 0: 100", "0 allocate 1: 10000", "1 free 0", "1 resize 1: 20000", "1 free 1"),
                lines());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatWasLiveBefore_isLeftOut(Kind kind) throws Exception {
        try (MemoryPool pool = kind.open(); Budget budget = pool.openBudget("part", 1 << 20)) {
            List<Long> before = new ArrayList<>();
            for (int size : new int[] {100, 10_000, 200, 30_000}) {
                before.add(pool.allocateAddress(size));
            }
            long budgets = budget.allocateAddress(300);
            try (Recording recording = pool.startRecording(file(), MAX_BYTES)) {
                assertTrue(recording.liveBytesAtStart() >= 40_000, recording::toString);
                pool.freeAddress(before.get(0));
                pool.freeAddress(before.get(1));
                pool.freeAddress(budgets);
                pool.freeAddress(pool.allocateAddress(500));
                // Moved, so it is a block that is handed out now.
                long moved = pool.resizeAddress(before.get(2), 5000);
                assertNotEquals(before.get(2), moved);
                pool.freeAddress(moved);
                pool.freeAddress(before.get(3));
            }
            pool.validateQuiet();
        }
        assertEquals(List.of("0 allocate 0: 500", "0 free 0", "0 allocate 1: 5000", "0 free 1"), lines());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatIsLiveAtTheEnd_isFreedLaterAsAlways(Kind kind) throws Exception {
        try (MemoryPool pool = kind.open(); Budget budget = pool.openBudget("part", 1 << 20)) {
            ConfinedPool view = pool.confined();
            List<Long> left = new ArrayList<>();
            try (Recording recording = pool.startRecording(file(), MAX_BYTES)) {
                left.add(pool.allocateAddress(100));
                left.add(pool.allocateAddress(10_000));
                left.add(budget.allocateAddress(200));
                left.add(view.allocateAddress(300));
                left.add(pool.resizeAddress(pool.allocateAddress(400), 900));
            }
            for (long block : left) {
                assertTrue(pool.usableSize(block) > 0);
                view.freeAddress(block);
                assertThrows(InvalidFreeException.class, () -> pool.freeAddress(block));
            }
            view.close();
            assertEquals(0, pool.statistics().memory().liveBytes());
            assertEquals(0, budget.statistics().liveBytes());
            pool.validateQuiet();
        }
        assertEquals(6, lines().size());
    }

    @Test
    void secondRecording_knowsNothingOfTheFirstsBlocks() throws Exception {
        Path second = folder.resolve("second");
        try (MemoryPool pool = Kind.DEFAULT.open()) {
            long small;
            long large;
            try (Recording recording = pool.startRecording(file(), MAX_BYTES)) {
                small = pool.allocateAddress(100);
                large = pool.allocateAddress(10_000);
            }
            try (Recording recording = pool.startRecording(second, MAX_BYTES)) {
                pool.freeAddress(small);
                pool.freeAddress(large);
                pool.allocateAddress(200);
            }
        }
        assertEquals(List.of("0 allocate 0: 100", "0 allocate 1: 10000"), lines());
        assertEquals(List.of("0 allocate 0: 200"), Recorded.lines(second));
    }

    @Test
    void pressureCallbacksFrees_comeBeforeTheAllocationThatTheyMakeRoomFor() throws Exception {
        try (MemoryPool pool = MemoryPool.builder().name("full").capacity(4 << 20).arenas(1).build()) {
            List<Long> blocks = new ArrayList<>();
            Registration callback = pool.onPressure(1, wanted -> pool.freeAddress(blocks.removeLast()));
            int count = 0;
            try (Recording recording = pool.startRecording(file(), MAX_BYTES)) {
                long block;
                while ((block = pool.tryAllocateAddress(500_000, 16)) != 0) {
                    blocks.add(block);
                }
                count = blocks.size();
                pool.allocateAddress(400_000);
            }
            callback.close();
            List<String> lines = lines();
            assertEquals(
                    List.of("0 free " + (count - 1), "0 allocate " + count + ": 400000"),
                    lines.subList(count, lines.size()));
        }
    }

    @Test
    void afterTheEnd_nothingIsRecordedAndCachesServeAgain() throws Exception {
        try (MemoryPool pool = Kind.DEFAULT.open(); ConfinedPool view = pool.confined()) {
            try (Recording recording = pool.startRecording(file(), MAX_BYTES)) {
                pool.freeAddress(pool.allocateAddress(100));
                view.freeAddress(view.allocateAddress(100));
            }
            long refills = pool.statistics().refills();
            for (int i = 0; i < 1000; i++) {
                pool.freeAddress(pool.allocateAddress(100));
                view.freeAddress(view.allocateAddress(100));
            }
            assertEquals(refills, pool.statistics().refills());
            pool.validateQuiet();
        }
        assertEquals(4, lines().size());
    }

    @Test
    void whileRecording_cachesAreUsed() throws Exception {
        try (MemoryPool pool = Kind.DEFAULT.open(); ConfinedPool view = pool.confined()) {
            pool.freeAddress(pool.allocateAddress(100));
            view.freeAddress(view.allocateAddress(100));
            long refills = pool.statistics().refills();
            try (Recording recording = pool.startRecording(file(), MAX_BYTES)) {
                for (int i = 0; i < 1000; i++) {
                    pool.freeAddress(pool.allocateAddress(100));
                    view.freeAddress(view.allocateAddress(100));
                }
            }
            assertEquals(refills, pool.statistics().refills());
            pool.validateQuiet();
        }
        assertEquals(4000, lines().size());
    }

    @Test
    void twoPools_areRecordedAtOnce() throws Exception {
        Path second = folder.resolve("second");
        try (MemoryPool one = Kind.DEFAULT.open(); MemoryPool two = Kind.DEFAULT.open()) {
            try (Recording first = one.startRecording(file(), MAX_BYTES);
                    Recording other = two.startRecording(second, MAX_BYTES)) {
                one.allocateAddress(100);
                two.allocateAddress(200);
                assertEquals(file(), first.path());
                assertEquals(second, other.path());
            }
        }
        assertEquals(List.of("0 allocate 0: 100"), lines());
        assertEquals(List.of("0 allocate 0: 200"), Recorded.lines(second));
    }

    @Test
    void recording_ofNothing_isATraceWithoutEvents() throws Exception {
        try (MemoryPool pool = Kind.DEFAULT.open()) {
            pool.startRecording(file(), MAX_BYTES).close();
        }
        assertEquals(List.of(), lines());
        assertEquals(List.of(file()), files());
        assertFalse(Files.isDirectory(file()));
    }

    private List<Path> files() throws IOException {
        try (var list = Files.list(folder)) {
            return list.toList();
        }
    }
}
