package dev.ashlar.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.attach.AttachClient;
import dev.ashlar.attach.AttachException;
import dev.ashlar.attach.PublishedSpaces;
import dev.ashlar.attach.PublishedSpaces.Publication;
import dev.ashlar.space.BitmapSpace;
import dev.ashlar.space.SpaceAllocator;
import dev.ashlar.space.volume.Source;
import dev.ashlar.space.volume.VolumeRequest;
import dev.ashlar.space.volume.VolumeSet;
import dev.ashlar.spill.SpillFile;

/** A second JVM without an open pool, which publishes one space of each kind. It says {@code ready}, and ends with its standard input. */
final class SpaceProcess implements AutoCloseable {
    private final Process process;

    /** Starts it, and waits until it is ready. */
    SpaceProcess(Path sockets, Path spillFile) throws IOException {
        process = PoolProcess.start(SpaceProcess.class.getName(), sockets, List.of(spillFile.toString()));
        String line = process.inputReader().readLine();
        if (!"ready".equals(line)) {
            throw new IOException(line + " (expected: ready)");
        }
    }

    String id() {
        return Long.toString(process.pid());
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        process.onExit().join();
    }

    /** Runs in the second JVM. */
    public static void main(String[] arguments) throws IOException {
        SpaceAllocator file = SpaceAllocator.builder().threadSafe(true).build();
        file.allocate(100);
        file.allocate(50);
        file.free(0, 100);
        BitmapSpace bits = BitmapSpace.builder(100_000).build();
        for (int i = 0; i < 1000; i++) {
            bits.allocateAt(100L * i, 10);
        }
        VolumeSet<String> disks = new VolumeSet<>();
        disks.addSource(Source.of("left", 1000, "l"));
        disks.addSource(Source.of("right", 500, "r"));
        disks.allocate(VolumeRequest.ofExtents(50).copies(2).build());
        try (SpillFile spill = SpillFile.builder(Path.of(arguments[0])).name("query").limit(1 << 20).build();
                Publication _ = PublishedSpaces.publish("file", "bytes", file);
                Publication _ = PublishedSpaces.publish("bits", "blocks", bits);
                Publication _ = PublishedSpaces.publish("disks", disks);
                Publication _ = PublishedSpaces.publish(spill)) {
            try (MemoryPool pool = MemoryPool.builder().name("closed").capacity(16 << 20).attachable(false).build()) {
                spill.spill(pool, pool.allocate(10_000));
            }
            awaitAttachable();
            IO.println("ready");
            // Until the test has had enough.
            System.in.readAllBytes();
            // Still here: what is published is not held by that.
            if (file.usedLength() + bits.usedLength() + disks.usedLength() == 0) {
                throw new IllegalStateException("nothing used (expected: what was allocated)");
            }
        }
    }

    private static void awaitAttachable() throws IOException {
        while (true) {
            try {
                AttachClient.of(ProcessHandle.current().pid());
                return;
            } catch (AttachException e) {
                Thread.onSpinWait();
            }
        }
    }
}
