package dev.ashlar.arenas;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.ashlar.Coalescing;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Recordings of many threads: nothing lost, nothing doubled, and in an order that can have been. */
@SuppressWarnings("try") // Recordings run while the body does, and are closed early to be looked at.
class RecordingConcurrencyTest {
    private static final int THREADS = 4;
    private static final Path NOWHERE = Path.of("nowhere");

    @TempDir
    private Path folder;

    private static MemoryPool open(String kind) {
        return MemoryPool.builder()
                .name(kind)
                .capacity(128 << 20)
                .arenas(2)
                .hardened(kind.equals("hardened"))
                .coalescing(kind.equals("immediate") ? Coalescing.IMMEDIATE : Coalescing.DEFERRED)
                .build();
    }

    private static Random random(String what) {
        long seed = Long.getLong("ashlar.seed", new Random().nextLong());
        System.out.println(what + ": -Dashlar.seed=" + seed);
        return new Random(seed);
    }

    /** A block that goes from thread to thread: its address, and its size, which no other block has. */
    private record Block(long address, long byteSize) {}

    /** Each thread keeps an account of what it does; the recording must have the same of each. */
    @ParameterizedTest
    @ValueSource(strings = {"default", "immediate", "hardened"})
    void recording_isEachThreadsAccountInItsOrder(String kind) throws Exception {
        Path file = folder.resolve("trace");
        Random seeds = random("recording_isEachThreadsAccountInItsOrder");
        long[] seed = seeds.longs(THREADS).toArray();
        Map<String, List<String>> expected = Collections.synchronizedMap(new HashMap<>());
        ConcurrentLinkedQueue<Block> passed = new ConcurrentLinkedQueue<>();
        try (MemoryPool pool = open(kind)) {
            try (Recording recording = pool.startRecording(file, 64 << 20)) {
                Tasks.inParallel(THREADS, number -> {
                    List<String> account = new Worker(pool, number, new Random(seed[number]), passed).run();
                    expected.put(account.getFirst(), account);
                });
                recording.close();
                assertEquals(expected.values().stream().mapToInt(List::size).sum(), recording.events());
                assertEquals(0, recording.droppedEvents());
            }
            pool.validateQuiet();
        }
        List<List<String>> threads = Recorded.byThread(file);
        assertEquals(THREADS, threads.size());
        for (List<String> account : threads) {
            // Each account begins with an allocation of a size that only it has.
            assertEquals(expected.get(account.getFirst()), account);
        }
    }

    /** Does what it pleases, and writes it down. */
    private static final class Worker {
        private static final int OPERATIONS = 20_000;

        private final MemoryPool pool;
        private final Random random;
        private final ConcurrentLinkedQueue<Block> passed;
        private final List<String> account = new ArrayList<>();
        private final List<Block> own = new ArrayList<>();
        private long nextSize;

        Worker(MemoryPool pool, int number, Random random, ConcurrentLinkedQueue<Block> passed) {
            this.pool = pool;
            this.random = random;
            this.passed = passed;
            nextSize = number;
        }

        /** Sizes of one thread are other ones than another's, and only a few in a thousand are large. */
        private long size() {
            nextSize += THREADS;
            return nextSize % 8000;
        }

        List<String> run() {
            try (ConfinedPool view = pool.confined()) {
                for (int i = 0; i < OPERATIONS; i++) {
                    step(view);
                }
                own.forEach(block -> free(block.address, block.byteSize));
            }
            return account;
        }

        private void step(ConfinedPool view) {
            int what = random.nextInt(100);
            if (what < 40 || own.isEmpty()) {
                long byteSize = what == 0 ? 20_000 + nextSize : size();
                Block block = new Block(
                        what % 2 == 0 ? pool.allocateAddress(byteSize) : view.allocateAddress(byteSize), byteSize);
                account.add("+" + byteSize);
                own.add(block);
            } else if (what < 60) {
                passed.add(own.removeLast());
                Block other = passed.poll();
                if (other != null) {
                    free(other.address, other.byteSize);
                }
            } else if (what < 70) {
                Block block = own.removeLast();
                long byteSize = size();
                own.add(new Block(pool.resizeAddress(block.address, byteSize), byteSize));
                account.add(block.byteSize + ">" + byteSize);
            } else if (what < 75) {
                long byteSize = size();
                try (Arena scope = pool.openArena(Contents.UNSPECIFIED)) {
                    scope.allocate(byteSize);
                }
                account.add("+" + byteSize);
                account.add("-" + byteSize);
            } else {
                Block block = own.remove(random.nextInt(own.size()));
                view.freeAddress(block.address);
                account.add("-" + block.byteSize);
            }
        }

        private void free(long address, long byteSize) {
            pool.freeAddress(address);
            account.add("-" + byteSize);
        }
    }

    /** Recordings begin and end while threads allocate and free by every way; each must be free of faults by itself. */
    @ParameterizedTest
    @ValueSource(strings = {"default", "immediate", "hardened"})
    void startAndEnd_whileThreadsRun_loseAndDoubleNothing(String kind) throws Exception {
        Random seeds = random("startAndEnd_whileThreadsRun_loseAndDoubleNothing");
        long[] seed = seeds.longs(THREADS + 2).toArray();
        AtomicBoolean stop = new AtomicBoolean();
        ConcurrentLinkedQueue<Long> passed = new ConcurrentLinkedQueue<>();
        try (MemoryPool pool = open(kind)) {
            List<Tasks.Running> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int number = i;
                running.add(Tasks.start(() -> churn(pool, new Random(seed[number]), passed, stop)));
            }
            for (int i = THREADS; i < THREADS + 2; i++) {
                int number = i;
                running.add(Tasks.startVirtual(() -> churn(pool, new Random(seed[number]), passed, stop)));
            }
            for (int round = 0; round < 40; round++) {
                StrictSink sink = new StrictSink();
                try (Recording recording = pool.startRecording(NOWHERE, sink, 0)) {
                    sink.awaitFirst();
                }
                assertEquals(List.of(), sink.faults(), "round " + round);
                assertTrue(sink.isClosed());
            }
            // In the last one all ends are seen, too: what it knows to be live must be what is.
            StrictSink last = new StrictSink();
            Set<Long> left = new HashSet<>();
            try (Recording recording = pool.startRecording(NOWHERE, last, 0)) {
                last.awaitFirst();
                stop.set(true);
                running.forEach(Tasks.Running::join);
                for (Long block = passed.poll(); block != null; block = passed.poll()) {
                    left.add(block);
                }
            }
            assertEquals(List.of(), last.faults());
            assertTrue(left.containsAll(last.live().keySet()), "what the recording takes for live, and is not");
            assertEquals(last.allocations() - last.frees(), last.live().size());
            left.forEach(pool::freeAddress);
            assertEquals(0, pool.statistics().memory().liveBytes());
            pool.validateQuiet();
        }
    }

    private static void churn(MemoryPool pool, Random random, ConcurrentLinkedQueue<Long> passed, AtomicBoolean stop) {
        @Nullable
        ConfinedPool view = Thread.currentThread().isVirtual() ? null : pool.confined();
        List<Long> own = new ArrayList<>();
        while (!stop.get()) {
            int size = random.nextInt(100) == 0 ? 20_000 : random.nextInt(1000);
            switch (random.nextInt(6)) {
                case 0 -> own.add(pool.allocateAddress(size));
                case 1 -> own.add(view == null ? pool.allocateAddress(size, 64) : view.allocateAddress(size));
                case 2 -> {
                    try (Arena scope = pool.openArena(Contents.UNSPECIFIED)) {
                        scope.allocate(size);
                    }
                }
                case 3 -> {
                    if (!own.isEmpty()) {
                        own.add(pool.resizeAddress(own.removeLast(), size));
                    }
                }
                case 4 -> {
                    if (!own.isEmpty()) {
                        passed.add(own.remove(random.nextInt(own.size())));
                    }
                }
                default -> {
                    Long block = passed.poll();
                    if (block != null) {
                        pool.freeAddress(block);
                    }
                }
            }
            while (own.size() > 100) {
                Long block = own.remove(random.nextInt(own.size()));
                if (view == null) {
                    pool.freeAddress(block);
                } else {
                    view.freeAddress(block);
                }
            }
        }
        passed.addAll(own);
        if (view != null) {
            view.close();
        }
    }

    /** A loop that the compiler has made its own must find out all the same. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void start_whileAThreadRunsAHotLoop_isSeenByIt(boolean confined) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicBoolean hot = new AtomicBoolean();
        try (MemoryPool pool = open("default")) {
            Tasks.Running loop = Tasks.start(() -> {
                try (ConfinedPool view = pool.confined()) {
                    while (!stop.get()) {
                        runPairs(pool, confined ? view : null);
                        hot.set(true);
                    }
                }
            });
            for (int round = 0; round < 3; round++) {
                hot.set(false);
                Tasks.until(hot::get);
                StrictSink sink = new StrictSink();
                try (Recording recording = pool.startRecording(NOWHERE, sink, 0)) {
                    sink.awaitFirst();
                }
                assertEquals(List.of(), sink.faults());
            }
            stop.set(true);
            loop.join();
            pool.validateQuiet();
        }
    }

    private static void runPairs(MemoryPool pool, @Nullable ConfinedPool view) {
        for (int i = 0; i < 2_000_000; i++) {
            if (view == null) {
                pool.freeAddress(pool.allocateAddress(64));
            } else {
                view.freeAddress(view.allocateAddress(64));
            }
        }
    }

    /** Of threads that start one at once, one does. */
    @Test
    void start_byManyThreads_oneSucceeds() throws Exception {
        try (MemoryPool pool = open("default")) {
            for (int round = 0; round < 50; round++) {
                List<Recording> started = Collections.synchronizedList(new ArrayList<>());
                List<Throwable> refused = Collections.synchronizedList(new ArrayList<>());
                Tasks.inParallel(THREADS, number -> {
                    try {
                        started.add(pool.startRecording(folder.resolve("file" + number), 1 << 20));
                    } catch (IllegalStateException e) {
                        refused.add(e);
                    }
                });
                assertEquals(1, started.size());
                assertEquals(THREADS - 1, refused.size());
                started.getFirst().close();
            }
        }
    }
}
