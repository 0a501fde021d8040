package dev.ashlar.event;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

import dev.ashlar.DefragSettings;
import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.ConfinedPool;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.MemoryPoolBuilder;
import dev.ashlar.arenas.Recording;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Sampled blocks of real pools in recordings of this process. With an interval of 1 byte each block is sampled, but one in a thousand of 7 bytes. */
class SamplingTest {
    private static final String EACH = "1";

    private static MemoryPoolBuilder builder(String name) {
        return MemoryPool.builder()
                .name(name)
                .capacity(64 << 20)
                .arenas(1)
                .reclaimPeriod(Duration.ofDays(1))
                .defragmentation(DefragSettings.ofDefaults());
    }

    private static Map<Long, RecordedEvent> byNumber(List<RecordedEvent> events) {
        Map<Long, RecordedEvent> byNumber = new HashMap<>();
        for (RecordedEvent event : events) {
            assertEquals(null, byNumber.put(event.getLong("sample"), event), event::toString);
        }
        return byNumber;
    }

    /** How many are allocated and not freed, each that is freed having been allocated at the same place. */
    private static Set<Long> liveAddresses(FlightRecording recording, String pool) throws IOException {
        Map<Long, RecordedEvent> allocated = byNumber(recording.events("BlockAllocated", pool));
        Map<Long, RecordedEvent> freed = byNumber(recording.events("BlockFreed", pool));
        for (Map.Entry<Long, RecordedEvent> each : freed.entrySet()) {
            RecordedEvent from = Objects.requireNonNull(allocated.remove(each.getKey()));
            for (String field : List.of("address", "requestedSize", "weight")) {
                assertEquals(from.getLong(field), each.getValue().getLong(field), field);
            }
        }
        return allocated.values().stream().map(event -> event.getLong("address")).collect(Collectors.toSet());
    }

    @Test
    void sampling_eachBlock_saysSizeAndSite() throws IOException {
        try (FlightRecording recording = FlightRecording.ofSamples(EACH);
                MemoryPool pool = builder("each").build()) {
            long small = pool.allocateAddress(100);
            long large = pool.allocateAddress(20_000, 64);
            pool.freeAddress(small);
            List<RecordedEvent> allocated = recording.events("BlockAllocated", "each");
            assertEquals(List.of(small, large), allocated.stream().map(event -> event.getLong("address")).toList());
            assertEquals(
                    List.of(100L, 20_000L),
                    allocated.stream().map(event -> event.getLong("requestedSize")).toList());
            assertEquals(List.of(100L, 20_000L), allocated.stream().map(event -> event.getLong("weight")).toList());
            assertTrue(
                    allocated.getFirst()
                            .getStackTrace()
                            .getFrames()
                            .stream()
                            .anyMatch(
                                    frame -> frame.getMethod().getName().equals("sampling_eachBlock_saysSizeAndSite")));
            RecordedEvent freed = recording.only("BlockFreed", "each");
            assertEquals(small, freed.getLong("address"));
            assertEquals(allocated.getFirst().getLong("sample"), freed.getLong("sample"));
        }
    }

    @Test
    void sampling_allWaysToAllocateAndFree_leaveWhatIsLive() throws IOException {
        try (FlightRecording recording = FlightRecording.ofSamples(EACH);
                MemoryPool pool = builder("ways").build()) {
            Set<Long> live = new HashSet<>();
            Budget budget = pool.openBudget("b", 1 << 20);
            ConfinedPool view = pool.confined();
            for (int i = 0; i < 50; i++) {
                long byteSize = 40 + 300L * i;
                live.add(pool.allocateAddress(byteSize));
                live.add(budget.allocateAddress(byteSize));
                live.add(view.allocateAddress(byteSize));
                pool.freeAddress(pool.allocateAddress(byteSize));
                pool.freeAddress(budget.allocateAddress(byteSize));
                budget.freeAddress(budget.allocateAddress(byteSize));
                view.freeAddress(view.allocateAddress(byteSize));
                pool.freeAddress(view.allocateAddress(byteSize));
                view.freeAddress(pool.allocateAddress(byteSize));
                pool.free(pool.allocate(byteSize));
                try (Arena scope = pool.openArena(); Arena shared = pool.openSharedArena()) {
                    scope.allocate(byteSize);
                    scope.allocate(byteSize, 64);
                    shared.allocate(byteSize);
                }
            }
            assertEquals(live, liveAddresses(recording, "ways"));
            live.forEach(pool::freeAddress);
            budget.close();
            view.close();
            pool.validateQuiet();
        }
    }

    @Test
    void sampling_resize_isAFreeAndAnAllocation() throws IOException {
        try (FlightRecording recording = FlightRecording.ofSamples(EACH);
                MemoryPool pool = builder("resized").build()) {
            long cell = pool.resizeAddress(pool.allocateAddress(100), 110);
            cell = pool.resizeAddress(cell, 1000);
            long block = pool.resizeAddress(pool.allocateAddress(20_000), 30_000);
            block = pool.resizeAddress(block, 100);
            assertEquals(Set.of(cell, block), liveAddresses(recording, "resized"));
            List<Long> sizes = recording.events("BlockAllocated", "resized")
                    .stream()
                    .map(event -> event.getLong("requestedSize"))
                    .toList();
            assertTrue(sizes.containsAll(List.of(100L, 1000L, 20_000L, 30_000L)), sizes::toString);
        }
    }

    @Test
    void sampling_poolIsOlderThanTheRecording_seesWhatComesAfter() throws IOException {
        try (MemoryPool pool = builder("older").build()) {
            long before = pool.allocateAddress(100);
            try (FlightRecording recording = FlightRecording.ofSamples(EACH)) {
                long during = pool.allocateAddress(100);
                pool.freeAddress(before);
                pool.freeAddress(during);
                assertEquals(during, recording.only("BlockAllocated", "older").getLong("address"));
                assertEquals(during, recording.only("BlockFreed", "older").getLong("address"));
            }
        }
    }

    @Test
    void sampling_recordingHasEnded_writesNothingMore() throws IOException {
        try (MemoryPool pool = builder("ended").build()) {
            long sampled;
            try (FlightRecording recording = FlightRecording.ofSamples(EACH)) {
                Objects.requireNonNull(recording);
                sampled = pool.allocateAddress(100);
            }
            try (FlightRecording next = FlightRecording.of("BlockFreed")) {
                pool.freeAddress(sampled);
                pool.freeAddress(pool.allocateAddress(100));
                assertEquals(List.of(), next.events("BlockFreed", "ended"));
            }
            pool.validateQuiet();
        }
    }

    @Test
    void sampling_twoRecordings_smallerIntervalCountsUntilItEnds() throws IOException {
        try (MemoryPool pool = builder("two").build(); FlightRecording rare = FlightRecording.ofSamples("1 GB")) {
            try (FlightRecording often = FlightRecording.ofSamples("1 B")) {
                pool.allocateAddress(100);
                assertEquals(1, often.events("BlockAllocated", "two").size());
            }
            for (int i = 0; i < 100; i++) {
                pool.freeAddress(pool.allocateAddress(100));
            }
            assertEquals(1, rare.events("BlockAllocated", "two").size());
        }
    }

    @Test
    void sampling_whileThePoolIsRecorded_bothSeeAll(@TempDir Path folder) throws IOException {
        try (MemoryPool pool = builder("both").build()) {
            Recording trace = pool.startRecording(folder.resolve("both.trace"), 1 << 20);
            try (FlightRecording recording = FlightRecording.ofSamples(EACH)) {
                for (int i = 0; i < 10; i++) {
                    pool.freeAddress(pool.allocateAddress(100));
                }
                assertEquals(Set.of(), liveAddresses(recording, "both"));
                assertEquals(10, recording.events("BlockFreed", "both").size());
            }
            pool.allocateAddress(100);
            trace.close();
            assertEquals(21, trace.events());
        }
    }

    @Test
    void sampling_freesByOtherThreads_areSeen() throws IOException, InterruptedException, ExecutionException {
        try (FlightRecording recording = FlightRecording.ofSamples(EACH);
                MemoryPool pool = builder("threads").arenas(2).build();
                ExecutorService threads = Executors.newFixedThreadPool(3);
                ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 20; round++) {
                List<Future<List<Long>>> made = new ArrayList<>();
                for (ExecutorService by : List.of(threads, virtual, threads)) {
                    made.add(by.submit(() -> {
                        List<Long> blocks = new ArrayList<>();
                        for (int i = 0; i < 100; i++) {
                            blocks.add(pool.allocateAddress(30 + 97 * i));
                        }
                        return blocks;
                    }));
                }
                List<Future<?>> freed = new ArrayList<>();
                for (Future<List<Long>> each : made) {
                    List<Long> blocks = each.get();
                    freed.add((round % 2 == 0 ? virtual : threads).submit(() -> blocks.forEach(pool::freeAddress)));
                }
                for (Future<?> each : freed) {
                    each.get();
                }
            }
            assertEquals(0, pool.statistics().memory().liveBlocks());
            assertEquals(Set.of(), liveAddresses(recording, "threads"));
            assertEquals(6000, recording.events("BlockAllocated", "threads").size());
        }
    }

    @Test
    void leak_ofSampledBlocks_namesTheirSites() throws IOException {
        try (FlightRecording recording = FlightRecording.ofSamples(EACH)) {
            recording.recording().enable("dev.ashlar.Leak");
            MemoryPool pool = builder("sites").build();
            Budget budget = pool.openBudget("spill", 1 << 20);
            hoard(pool);
            budget.allocateAddress(5000);
            budget.close();
            pool.close();
            List<RecordedEvent> leaks = recording.events("Leak", "sites");
            assertEquals(
                    List.of("budget 1", "budget 1", "pool 2"),
                    leaks.stream().map(leak -> leak.getString("ownerKind") + " " + leak.getLong("blocks")).toList());
            String ofBudget = leaks.getFirst().getString("sites");
            assertTrue(
                    ofBudget.matches(
                            ".*SamplingTest\\.leak_ofSampledBlocks_namesTheirSites:\\d+ \\(about 5000 bytes\\)"),
                    ofBudget);
            String ofPool = leaks.getLast().getString("sites");
            assertTrue(ofPool.matches(".*SamplingTest\\.hoard:\\d+ \\(about 30000 bytes\\)"), ofPool);
            assertFalse(ofPool.contains("5000"), ofPool);
        }
    }

    private static void hoard(MemoryPool pool) {
        for (int i = 0; i < 2; i++) {
            pool.allocateAddress(15_000);
        }
    }
}
