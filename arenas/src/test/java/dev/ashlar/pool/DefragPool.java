package dev.ashlar.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import dev.ashlar.BlockState;
import dev.ashlar.Coalescing;
import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.DefragSettings;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.FreeSpace;
import dev.ashlar.PoolStatistics;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.os.Memory;
import dev.ashlar.os.OsMemory;
import dev.ashlar.testing.FaultyOs;
import dev.ashlar.testing.HookedOs;

/** A pool by address, with a clock that the test sets and a worker that runs when the test says so. Closing it validates it. */
final class DefragPool implements AutoCloseable {
    static final long REGION = 1 << 20;
    static final long SLICE_NANOS = 100_000;

    final AtomicLong clock = new AtomicLong(1_000_000_000L);

    /** Runs whenever the worker looks at the clock. */
    volatile Runnable onLook = () -> {};

    final HookedOs hooks = new HookedOs(OsMemory.system());
    final FaultyOs os = new FaultyOs(hooks);
    final PoolEngine engine;

    DefragPool(int regions, int arenas, int retainedRegions) {
        this(regions, arenas, retainedRegions, FitPolicy.SEGREGATED_FIT, false);
    }

    DefragPool(int regions, int arenas, int retainedRegions, FitPolicy policy, boolean hardened) {
        this(20, regions, arenas, retainedRegions, policy, hardened);
    }

    DefragPool(int regionShift, int regions, int arenas, int retainedRegions, FitPolicy policy, boolean hardened) {
        engine = new PoolEngine(new PoolSettings(
                "defrag", regionShift, regions, arenas, policy, Favour.SPEED, Coalescing.DEFERRED, 1 << 20, 8 << 20,
                retainedRegions,
                hardened, false, false, TimeUnit.DAYS.toNanos(1), DefragSettings.ofDefaults(), this::now, os, 4711));
    }

    private long now() {
        onLook.run();
        return clock.get();
    }

    /** Allocates blocks and fills them from end to end. */
    List<Long> fill(int count, Sizes sizes) {
        List<Long> blocks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long block = engine.allocate(sizes.of(i));
            Memory.fill(block, engine.usableBytes(block), mark(block));
            blocks.add(block);
        }
        return blocks;
    }

    interface Sizes {
        long of(int index);
    }

    private static byte mark(long block) {
        return (byte) (block >>> 4 | 1);
    }

    void checkContents(List<Long> blocks) {
        for (long block : blocks) {
            for (long i = 0; i < engine.usableBytes(block); i += 256) {
                if (Memory.getByte(block + i) != mark(block)) {
                    throw new AssertionError("contents of 0x%x at %d".formatted(block, i));
                }
            }
        }
    }

    /** In a thread that has ended when this returns, and left its cache as it is. */
    static void inThread(Runnable action) {
        List<Throwable> thrown = new ArrayList<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                action.run();
            } catch (Throwable e) {
                thrown.add(e);
            }
        });
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        if (!thrown.isEmpty()) {
            throw new AssertionError(thrown.getFirst());
        }
    }

    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("not after a minute");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    DefragReport defragment() {
        return defragment(DefragOptions.all());
    }

    DefragReport defragment(DefragOptions options) {
        return engine.care().defragment(options).orTimeout(60, TimeUnit.SECONDS).join();
    }

    PoolStatistics statistics() {
        return engine.view().statistics();
    }

    /** What a walk finds free: blocks, their bytes, the largest that is no cell. */
    FreeSpace walkFree() {
        long[] sums = new long[3];
        engine.view().walk((block, bytes, state) -> {
            if (state == BlockState.FREE) {
                sums[0]++;
                sums[1] += bytes;
                sums[2] = Math.max(sums[2], bytes);
            }
        });
        return new FreeSpace(sums[0], sums[1], sums[2]);
    }

    /** Usable bytes that a walk finds in a state. */
    long walkBytes(BlockState wanted) {
        long[] sum = {0};
        engine.view().walk((block, bytes, state) -> sum[0] += state == wanted ? bytes : 0);
        return sum[0];
    }

    /** Bytes that are resident in pages wholly inside free blocks, as the operating system says. */
    long residentInFree() {
        long page = os.pageSizeBytes();
        long[] resident = {0};
        engine.view().walk((block, bytes, state) -> {
            long from = (block + BlockLayout.TREE_LINK_BYTES + page - 1) & -page;
            long to = (block + bytes) & -page;
            // Not the free cells of a slab that is in use: the largest have two pages, and a few bytes.
            if (state == BlockState.FREE && bytes > SizeClasses.MAX_BYTES && from < to) {
                resident[0] += os.residentBytes(from, to - from);
            }
        });
        return resident[0];
    }

    /** Bytes of the whole reservation that are resident, tables included. */
    long resident() {
        return os.residentBytes(engine.reservation().address(), engine.reservation().byteSize());
    }

    @Override
    public void close() {
        hooks.clear();
        if (!engine.isClosed()) {
            engine.view().validate(true);
            engine.close();
        }
    }
}
