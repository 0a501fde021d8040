package dev.ashlar.bench.spill;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.spill.SpillFile;
import dev.ashlar.spill.SpillToken;

/** A spill file and {@code dd} in turns: as many blocks of one size, each time to a new file, brought to the device before the clock stops. */
public final class SpillSpeed {
    private static final int BUFFERS = 8;

    private final Path directory;
    private final long blockBytes;
    private final long blocks;
    private final boolean sync;

    /**
     * Nothing is written yet.
     *
     * @param directory on the file system to be measured
     * @param blockBytes of a block, at least 1
     * @param blocks how many, at least 1
     * @param sync whether each block is brought to the device by itself, or all of them at the end
     */
    public SpillSpeed(Path directory, long blockBytes, long blocks, boolean sync) {
        if (blockBytes < 1 || blocks < 1) {
            throw new IllegalArgumentException(
                    "blocks: " + blocks + " of " + blockBytes + " bytes (expected: 1 or more of 1 or more)");
        }
        this.directory = directory;
        this.blockBytes = blockBytes;
        this.blocks = blocks;
        this.sync = sync;
    }

    /**
     * One turn of each.
     *
     * @param spillSeconds writing by a spill file
     * @param restoreSeconds reading what was written, most likely from the system's cache, with checksums
     * @param ddSeconds writing by dd
     * @param bytes that each wrote
     */
    public record Turn(double spillSeconds, double restoreSeconds, double ddSeconds, long bytes) {
        /** The spill file's time by dd's. */
        public double ratio() {
            return spillSeconds / ddSeconds;
        }
    }

    /**
     * So many turns, dd and the spill file first in turn.
     *
     * @throws IOException if a file can't be made or written, or there is no dd
     */
    public List<Turn> run(int turns) throws IOException {
        List<Turn> all = new ArrayList<>();
        try (MemoryPool pool = MemoryPool.builder().name("spill speed")
                .capacity(Math.max(64 << 20, 4 * BUFFERS * blockBytes)).build()) {
            MemorySegment[] buffers = new MemorySegment[BUFFERS];
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < BUFFERS; i++) {
                buffers[i] = pool.allocate(blockBytes, 4096);
                for (long at = 0; at + Long.BYTES <= blockBytes; at += Long.BYTES) {
                    buffers[i].set(ValueLayout.JAVA_LONG, at, random.nextLong());
                }
            }
            for (int turn = 0; turn < turns; turn++) {
                double before = turn % 2 == 0 ? DiskCopy.run(directory, blockBytes, blocks, sync) : 0;
                double[] spilled = spill(buffers);
                double dd = turn % 2 == 0 ? before : DiskCopy.run(directory, blockBytes, blocks, sync);
                all.add(new Turn(spilled[0], spilled[1], dd, blocks * blockBytes));
            }
        }
        return all;
    }

    private double[] spill(MemorySegment[] buffers) throws IOException {
        Path file = Files.createTempFile(directory, "ashlar-spill-", ".out");
        Files.delete(file);
        SpillToken[] tokens = new SpillToken[Math.toIntExact(blocks)];
        try (SpillFile spill = SpillFile.builder(file).sync(sync).build()) {
            long start = System.nanoTime();
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = spill.spill(buffers[i % BUFFERS]);
            }
            if (!sync) {
                spill.force();
            }
            long written = System.nanoTime();
            for (SpillToken token : tokens) {
                spill.read(token, buffers[0]);
            }
            return new double[] {(written - start) / 1e9, (System.nanoTime() - written) / 1e9};
        }
    }

    /** The middle one of some figures; of an even number the lower. */
    public static double median(double[] figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        return sorted[(sorted.length - 1) / 2];
    }
}
