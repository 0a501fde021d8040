package dev.ashlar.bench.aggregation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

import dev.ashlar.PoolExhaustedException;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.Registration;
import dev.ashlar.spill.SpillException;
import dev.ashlar.spill.SpillFile;
import dev.ashlar.spill.SpillStatistics;
import dev.ashlar.spill.SpillToken;
import org.jspecify.annotations.Nullable;

/**
 * {@code SELECT key, COUNT(*), SUM(value), MIN(value), MAX(value) GROUP BY key}, in hash tables of a pool that holds a fraction of them.
 *
 * <p>Rows are dealt out to partitions by hash. When the pool has no room, its pressure callback writes the largest tables out as runs, packed, and their partitions
 * begin anew. At the end the runs of each partition are read back, one by one, and merged into its table.
 */
public final class Aggregation {
    private static final int SAMPLES = 64;

    /** No table begins with more than this part of the pool. */
    private static final int LARGE_SHARE = 16;

    private final AggregationOptions options;
    private final Rows rows;
    private final Partition[] partitions;
    private final int shift;
    private final MemoryPool pool;
    private final SpillFile spill;
    private long peakResident;
    private long groups;

    private Aggregation(AggregationOptions options, MemoryPool pool, SpillFile spill) {
        this.options = options;
        this.pool = pool;
        this.spill = spill;
        rows = new Rows(options.seed(), options.keys());
        partitions = new Partition[options.partitions()];
        for (int i = 0; i < partitions.length; i++) {
            partitions[i] = new Partition();
        }
        shift = Long.SIZE - Integer.numberOfTrailingZeros(partitions.length);
    }

    /**
     * Runs it.
     *
     * @throws IOException if the spill file can't be made, written or read
     * @throws PoolExhaustedException if the groups of one partition do not fit in the pool
     * @throws WrongResultException if the result is not that of the check
     */
    public static AggregationResult run(AggregationOptions options) throws IOException {
        HeapGroups check = options.isChecked() ? new HeapGroups(options) : null;
        Path file = options.directory().resolve("aggregation-" + ProcessHandle.current().pid() + "-"
                + Long.toUnsignedString(System.nanoTime(), Character.MAX_RADIX) + ".spill");
        try (MemoryPool pool =
                MemoryPool.builder().name("aggregation").capacity(options.poolBytes()).build();
                SpillFile spill = SpillFile.builder(file).name("aggregation").build()) {
            return new Aggregation(options, pool, spill).run(check);
        }
    }

    private AggregationResult run(@Nullable HeapGroups check) throws IOException {
        try (Registration _ = pool.onPressure(0, this::freeMemory)) {
            long start = System.nanoTime();
            scan();
            long scanned = System.nanoTime();
            long stateBytes = stateBytes();
            Groups.Visitor visitor =
                    check == null ? (_, _, _, _, _) -> groups++ : (key, count, sum, least, greatest) -> {
                        groups++;
                        check.compare(key, count, sum, least, greatest);
                    };
            for (int i = 0; i < partitions.length; i++) {
                merge(partitions[i], visitor);
                if (i % (partitions.length / Math.min(partitions.length, SAMPLES)) == 0) {
                    sample();
                }
            }
            long merged = System.nanoTime();
            if (check != null) {
                check.compareCount(groups);
            }
            spill.validate();
            pool.validateQuiet();
            SpillStatistics spilled = spill.statistics();
            return new AggregationResult(options, groups, stateBytes, scanned - start, merged - scanned,
                    spilled.spilledBlocks(), spilled.spilledBytes(), spilled.restoredBytes(), peakResident,
                    pool.statistics().failures(), pool.statistics().pressureCalls(), check != null);
        }
    }

    // Scanning

    private void scan() throws IOException {
        long step = Math.max(1, options.rows() / SAMPLES);
        for (long row = 0; row < options.rows(); row++) {
            long key = rows.key(row);
            int value = rows.value(row);
            add(partitionOf(key), key, 1, value, value, value);
            if (row % step == 0) {
                sample();
            }
        }
    }

    private void sample() {
        peakResident = Math.max(peakResident, pool.residentBytes());
    }

    private Partition partitionOf(long key) {
        // The table takes the low bits. A shift by 64 would be one by 0.
        return partitions[(int) (Rows.mix(key) >>> 1 >>> (shift - 1))];
    }

    private void add(Partition partition, long key, long count, long sum, long least, long greatest)
            throws IOException {
        partition.isInUse = true;
        try {
            GroupTable table = partition.table;
            if (table == null) {
                table = GroupTable.allocate(pool);
                partition.table = table;
            } else if (table.isFull()) {
                table = grow(partition, table);
            }
            table.add(key, count, sum, least, greatest);
        } finally {
            partition.isInUse = false;
        }
    }

    /** If there is no room for the larger table, with all others spilled, this one goes as well. */
    private GroupTable grow(Partition partition, GroupTable table) throws IOException {
        GroupTable next;
        try {
            next = table.grow(pool);
        } catch (PoolExhaustedException e) {
            partition.runs.add(spill.spill(pool, table.pack()));
            partition.table = null;
            next = GroupTable.allocate(pool);
        }
        partition.table = next;
        return next;
    }

    // Under pressure

    /** Spills the largest tables until the request fits: the largest free the most for a write. */
    private void freeMemory(long bytesNeeded) {
        long freed = 0;
        while (true) {
            Partition victim = largest();
            if (victim == null) {
                return;
            }
            try {
                freed += spill(victim);
            } catch (SpillException e) {
                throw new UncheckedIOException(e);
            }
            if (freed >= bytesNeeded && fits(bytesNeeded)) {
                return;
            }
        }
    }

    private @Nullable Partition largest() {
        Partition largest = null;
        long most = 0;
        for (Partition partition : partitions) {
            GroupTable table = partition.table;
            if (table != null && !partition.isInUse && table.byteSize() > most) {
                largest = partition;
                most = table.byteSize();
            }
        }
        return largest;
    }

    private long spill(Partition partition) throws SpillException {
        GroupTable table = partition.table;
        if (table == null) {
            return 0;
        }
        // The slice begins the block, so the whole block is freed.
        MemorySegment groupsAlone = table.pack();
        partition.table = null;
        partition.runs.add(spill.spill(pool, groupsAlone));
        return table.byteSize();
    }

    private boolean fits(long byteSize) {
        long address = pool.tryAllocateAddress(byteSize, Long.BYTES);
        if (address != 0) {
            pool.freeAddress(address);
        }
        return address != 0;
    }

    // Merging

    /** Bytes of the groups, in memory and on disk. */
    private long stateBytes() {
        long bytes = 0;
        for (Partition partition : partitions) {
            bytes += partition.table == null ? 0 : partition.table.groups() * Groups.BYTES;
            bytes += partition.runs.stream().mapToLong(SpillToken::byteSize).sum();
        }
        return bytes;
    }

    /** With room for what the runs have in sum, as far as that is a small part of the pool: keys may be in several of them. */
    private GroupTable tableFor(Partition partition) {
        GroupTable table = partition.table;
        long most = partition.runs.stream().mapToLong(run -> run.byteSize() / Groups.BYTES).sum();
        if (table != null && most == 0) {
            return table;
        }
        long groups = Math.min(most + (table == null ? 0 : table.groups()),
                options.poolBytes() / LARGE_SHARE / Groups.BYTES);
        GroupTable merged = GroupTable.allocateFor(pool, groups);
        if (table != null) {
            if (merged.byteSize() < table.byteSize()) {
                pool.free(merged.block);
                return table;
            }
            table.visit(merged::add);
            pool.free(table.block);
        }
        return merged;
    }

    private void merge(Partition partition, Groups.Visitor visitor) throws IOException {
        partition.isInUse = true;
        GroupTable table = tableFor(partition);
        for (SpillToken run : partition.runs) {
            MemorySegment restored = spill.restore(run, pool);
            for (long offset = 0; offset < restored.byteSize(); offset += Groups.BYTES) {
                if (table.isFull()) {
                    table = table.grow(pool);
                }
                Groups.visit(restored, offset, table::add);
            }
            pool.free(restored);
        }
        partition.runs.clear();
        partition.table = null;
        table.visit(visitor);
        pool.free(table.block);
    }
}
