package dev.ashlar.bench.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import dev.ashlar.trace.TraceWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static dev.ashlar.bench.replay.Messages.assertSays;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ParallelTraceTest {
    @TempDir
    Path directory;

    @Test
    void read_smallTrace_isLaidOutByThreads() throws IOException, ReplayException {
        Path file = directory.resolve("small.atrace.gz");
        try (TraceWriter writer = TraceWriter.create(file)) {
            writer.allocate(5, 100); // 0: thread 5, of which there is no other than 2
            writer.allocateAligned(2, 200, 64); // 1
            writer.resize(2, 0, 300); // 2
            writer.free(5, 0); // 3
            writer.allocate(5, 400); // 4
        }

        ParallelTrace trace = ParallelTrace.read(file);

        assertEquals(2, trace.threadCount());
        assertEquals(5, trace.eventCount());
        assertEquals(3, trace.blockCount());
        assertEquals(0, trace.start(0));
        assertEquals(2, trace.end(0));
        assertEquals(2, trace.start(1));
        assertEquals(5, trace.end(1));
        assertArrayEquals(new int[] {1, 2, 0, 3, 4}, numbers(trace));
        assertEquals(64, FlatTrace.alignment(trace.operation(0)));
        assertEquals(400, FlatTrace.byteSize(trace.operation(4)));
        assertEquals(2, trace.block(4));
        assertArrayEquals(new int[] {1}, trace.left(0));
        assertArrayEquals(new int[] {2}, trace.left(1));
    }

    @Test
    void of_blockThatGoesThereAndBack_isTwoHandovers() throws ReplayException {
        FlatTrace.Builder builder = new FlatTrace.Builder(3);
        int block = builder.allocate(10);
        builder.resize(block, 20);
        builder.free(block);
        builder.allocate(1);

        ParallelTrace trace = ParallelTrace.of(builder.build(), new int[] {0, 1, 0, 0});

        assertEquals(2, trace.handovers());
        // Positions: allocate, free, allocate; resize. Numbered by who publishes.
        assertLink(trace, 0, ParallelTrace.NONE, 0);
        assertLink(trace, 1, 1, ParallelTrace.NONE);
        assertLink(trace, 2, ParallelTrace.NONE, ParallelTrace.NONE);
        assertLink(trace, 3, 0, 1);
        assertEquals(BitSet.valueOf(new long[] {1}), trace.handedOver());
    }

    @Test
    void of_oneThread_hasNoHandover() throws IOException, ReplayException {
        ParallelTrace trace = SmallTraces.randomParallel(directory, 500, 1, 3);

        assertEquals(1, trace.threadCount());
        assertEquals(0, trace.handovers());
        assertEquals(0, trace.handedOver().cardinality());
    }

    @Test
    void of_randomTrace_awaitsOnlyEarlierEventsOfTheSameBlock() throws IOException, ReplayException {
        ParallelTrace trace = SmallTraces.randomParallel(directory, 3000, 7, 4);
        Map<Integer, Integer> publishers = new HashMap<>();
        int awaited = 0;
        for (int at = 0; at < trace.eventCount(); at++) {
            int published = ParallelTrace.published(trace.link(at));
            if (published != ParallelTrace.NONE) {
                assertEquals(publishers.size(), published);
                publishers.put(published, at);
            }
        }
        for (int thread = 0; thread < trace.threadCount(); thread++) {
            for (int at = trace.start(thread); at < trace.end(thread); at++) {
                assertTrue(at == trace.start(thread) || trace.number(at - 1) < trace.number(at));
                int handover = ParallelTrace.awaited(trace.link(at));
                if (handover != ParallelTrace.NONE) {
                    int publisher = Objects.requireNonNull(publishers.get(handover));
                    assertTrue(publisher < trace.start(thread) || publisher >= trace.end(thread));
                    assertTrue(trace.number(publisher) < trace.number(at));
                    assertEquals(trace.block(publisher), trace.block(at));
                    awaited++;
                }
            }
        }
        assertEquals(trace.handovers(), awaited);
        assertEquals(trace.handovers(), publishers.size());
        assertTrue(awaited > 500, "handovers: " + awaited);
    }

    @Test
    void of_emptyTrace_hasNoThread() throws ReplayException {
        ParallelTrace trace = ParallelTrace.of(new FlatTrace.Builder(0).build(), new int[0]);

        assertEquals(0, trace.threadCount());
        assertEquals(0, trace.eventCount());
    }

    @Test
    void of_tooManyThreads_isRefused() {
        int count = ParallelTrace.MAX_THREADS + 1;
        FlatTrace.Builder builder = new FlatTrace.Builder(count);
        int[] threads = new int[count];
        for (int i = 0; i < count; i++) {
            builder.allocate(1);
            threads[i] = i;
        }

        ReplayException e = assertThrows(ReplayException.class, () -> ParallelTrace.of(builder.build(), threads));

        assertSays("10001 threads", e);
    }

    private static void assertLink(ParallelTrace trace, int position, int awaited, int published) {
        assertEquals(awaited, ParallelTrace.awaited(trace.link(position)), "position " + position);
        assertEquals(published, ParallelTrace.published(trace.link(position)), "position " + position);
    }

    private static int[] numbers(ParallelTrace trace) {
        int[] numbers = new int[trace.eventCount()];
        for (int at = 0; at < numbers.length; at++) {
            numbers[at] = trace.number(at);
        }
        return numbers;
    }
}
