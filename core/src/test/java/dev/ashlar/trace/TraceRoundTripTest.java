package dev.ashlar.trace;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** Random traces, written, read back, and compared with a model and with a second encoder. */
class TraceRoundTripTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "10, 2", "500, 3", "5000, 300", "200000, 40"})
    void write_randomEvents_areReadBack(int eventCount, int threads) throws IOException {
        long seed = Long.getLong("ashlar.seed", new SplittableRandom().nextLong());
        String rerun = "-Dashlar.seed=" + seed;
        System.out.println("TraceRoundTripTest, " + eventCount + " events: " + rerun);
        Model model = new Model(new SplittableRandom(seed), eventCount, threads);

        Path file = directory.resolve("random.atrace.gz");
        try (TraceWriter writer = TraceWriter.create(file)) {
            for (Event event : model.events) {
                write(event, writer);
            }
            assertEquals(model.header(), writer.header(), rerun);
        }

        try (TraceReader reader = TraceReader.open(file)) {
            TraceReading reading = TraceReading.of(reader);
            assertEquals(model.header(), reading.header(), rerun);
            assertEquals(model.events, reading.events(), rerun);
        }
        assertArrayEquals(
                TraceBytes.of(model.header(), model.events).uncompressed(), uncompress(Files.readAllBytes(file)),
                rerun);
    }

    static void write(Event event, TraceWriter writer) throws IOException {
        switch (event.op()) {
            case ALLOCATE -> assertEquals(event.block(), writer.allocate(event.thread(), event.byteSize()));
            case ALLOCATE_ALIGNED -> assertEquals(
                    event.block(), writer.allocateAligned(event.thread(), event.byteSize(), event.alignment()));
            case FREE -> writer.free(event.thread(), event.block());
            case RESIZE -> writer.resize(event.thread(), event.block(), event.byteSize());
        }
    }

    static byte[] uncompress(byte[] compressed) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            return in.readAllBytes();
        }
    }

    /** A random program: what it asks for, and the totals of that. */
    private static final class Model {
        private final List<Event> events = new ArrayList<>();
        private final List<Long> live = new ArrayList<>();
        private final List<Long> sizes = new ArrayList<>();
        private int threads;
        private long liveBytes;
        private long peakLiveBytes;

        Model(SplittableRandom random, int eventCount, int threadBound) {
            for (int i = 0; i < eventCount; i++) {
                int thread = random.nextInt(threadBound);
                threads = Math.max(threads, thread + 1);
                events.add(nextEvent(random, thread));
                peakLiveBytes = Math.max(peakLiveBytes, liveBytes);
            }
        }

        TraceHeader header() {
            return new TraceHeader(threads, events.size(), sizes.size(), peakLiveBytes);
        }

        private Event nextEvent(SplittableRandom random, int thread) {
            // Any magnitude, so that varints have any length; the sum over all events stays below 2^63.
            long size = random.nextLong() >>> random.nextInt(20, Long.SIZE);
            int choice = live.isEmpty() ? 0 : random.nextInt(10);
            if (choice < 5) {
                long block = sizes.size();
                live.add(block);
                sizes.add(size);
                liveBytes += size;
                return choice == 4
                        ? Event.allocateAligned(thread, block, size, 1L << random.nextInt(63))
                        : Event.allocate(thread, block, size);
            }
            int index = random.nextInt(live.size());
            int block = live.get(index).intValue();
            liveBytes -= sizes.get(block);
            if (choice == 5) {
                sizes.set(block, size);
                liveBytes += size;
                return Event.resize(thread, block, size);
            }
            live.set(index, live.getLast());
            live.removeLast();
            return Event.free(thread, block);
        }
    }
}
