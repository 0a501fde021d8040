package dev.ashlar.arenas;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.ashlar.trace.TraceReader;

/** A recording's file, read back: each event as a line, in its order. */
final class Recorded {
    private Recorded() {}

    /** Such as {@code 0 allocate 0: 100}, {@code 1 allocate 1: 100 at 64}, {@code 0 resize 0: 200}, {@code 2 free 0}, thread first. */
    static List<String> lines(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        try (TraceReader reader = TraceReader.open(file)) {
            while (reader.next()) {
                lines.add(reader.thread() + " " + switch (reader.op()) {
                    case ALLOCATE -> allocate(reader.block(), reader.byteSize());
                    case ALLOCATE_ALIGNED -> allocate(reader.block(), reader.byteSize()) + " at " + reader.alignment();
                    case RESIZE -> "resize " + reader.block() + ": " + reader.byteSize();
                    case FREE -> "free " + reader.block();
                });
            }
        }
        return lines;
    }

    private static String allocate(long block, long byteSize) {
        return "allocate " + block + ": " + byteSize;
    }

    /** What each thread did, in its order, with blocks by their size, which the caller makes unique. */
    static List<List<String>> byThread(Path file) throws IOException {
        List<List<String>> threads = new ArrayList<>();
        List<Long> sizes = new ArrayList<>();
        try (TraceReader reader = TraceReader.open(file)) {
            for (int i = 0; i < reader.header().threads(); i++) {
                threads.add(new ArrayList<>());
            }
            while (reader.next()) {
                int block = (int) reader.block();
                List<String> lines = threads.get(reader.thread());
                switch (reader.op()) {
                    case ALLOCATE, ALLOCATE_ALIGNED -> {
                        sizes.add(reader.byteSize());
                        lines.add("+" + reader.byteSize());
                    }
                    case RESIZE -> {
                        lines.add(sizes.get(block) + ">" + reader.byteSize());
                        sizes.set(block, reader.byteSize());
                    }
                    case FREE -> lines.add("-" + sizes.get(block));
                }
            }
        }
        return threads;
    }
}
