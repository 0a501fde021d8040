package dev.ashlar.bench.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.MovableHandle;
import dev.ashlar.arenas.Pin;

/** Column buffers that may be moved: more come than go until there are enough, then most go at once, from everywhere. */
final class Movables implements Part {
    private static final int BATCH = 20;
    private static final int MAX_BYTES = 16 << 10;
    private static final int KEPT_SHARE = 5;

    private final MemoryPool pool;
    private final long maxBytes;
    private final List<Buffer> buffers = new ArrayList<>();
    private long bytes;

    private record Buffer(MovableHandle handle, long number) {
        void check() {
            try (Pin pin = handle.pin()) {
                Stamp.check(pin.segment(), number);
            }
        }
    }

    Movables(MemoryPool pool, long maxBytes) {
        this.pool = pool;
        this.maxBytes = maxBytes;
    }

    @Override
    public void step(SplittableRandom random) {
        if (bytes > maxBytes) {
            int kept = buffers.size() / KEPT_SHARE;
            while (buffers.size() > kept) {
                free(random.nextInt(buffers.size()));
            }
        }
        for (int i = 0; i < BATCH; i++) {
            MovableHandle handle = pool.allocateMovable(random.nextInt(Stamp.LEAST_BYTES, MAX_BYTES));
            Buffer buffer = new Buffer(handle, random.nextLong());
            buffers.add(buffer);
            bytes += handle.byteSize();
            try (Pin pin = handle.pin()) {
                Stamp.write(pin.segment(), buffer.number);
            }
        }
        for (int i = 0; i < BATCH; i++) {
            buffers.get(random.nextInt(buffers.size())).check();
        }
    }

    private void free(int index) {
        Buffer buffer = buffers.set(index, buffers.getLast());
        buffers.removeLast();
        buffer.check();
        buffer.handle.free();
        bytes -= buffer.handle.byteSize();
    }

    @Override
    public void end() {
        while (!buffers.isEmpty()) {
            free(buffers.size() - 1);
        }
    }
}
