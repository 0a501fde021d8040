package dev.ashlar.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory without native access: a private mapping of an empty temporary file.
 *
 * <p>
 * What is written stays in the process and never reaches the file. Unlike {@link Arena#allocate}, which zeroes and so
 * takes every page at once, the mapping takes a page when it is first used. What it cannot do: keep an uncommitted
 * range from being written, give pages back before it is closed, appear in a second scope, or tell what is resident.
 * It counts as committed as a whole where the system limits that, and reading a page takes one, too.
 */
final class PortableMemory implements OsMemory {

    static final PortableMemory INSTANCE = new PortableMemory();

    // Java does not tell the system's page size. Nothing here depends on it: no call acts on less than the whole
    // mapping.
    private static final int PAGE_SIZE_BYTES = 4096;

    private PortableMemory() {}

    @Override
    public String name() {
        return "portable";
    }

    @Override
    public int pageSizeBytes() {
        return PAGE_SIZE_BYTES;
    }

    @Override
    public boolean returnsPages() {
        return false;
    }

    @Override
    public boolean zeroesOnRelease() {
        return false;
    }

    @Override
    public boolean canRescope() {
        return false;
    }

    @Override
    public MemorySegment map(Arena scope, long bytes, long alignment) {
        Ranges.checkReserve(bytes, alignment, PAGE_SIZE_BYTES);
        // A channel closes itself under a thread that is interrupted; a reservation should not depend on that.
        boolean interrupted = Thread.interrupted();
        try {
            MemorySegment whole = mapFile(scope, Ranges.withSlack(bytes, alignment, PAGE_SIZE_BYTES));
            MemorySegment mapping = whole.asSlice(Ranges.skip(whole.address(), alignment), bytes);
            PortableMappings.add(mapping);
            return mapping;
        } catch (IOException e) {
            throw Refusal.of("map", bytes, "PRIVATE", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static MemorySegment mapFile(Arena scope, long bytes) throws IOException {
        Path file = Files.createTempFile("ashlar-", ".memory");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(MapMode.PRIVATE, 0, bytes, scope);
        } finally {
            delete(file);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            // Some systems keep a file for as long as it is mapped. The mapping is good, so this is no failure.
            file.toFile().deleteOnExit();
        }
    }

    /** Closing the mapping's scope has unmapped it; this forgets the addresses. */
    @Override
    public void unmap(long address, long bytes) {
        Ranges.check(address, bytes, PAGE_SIZE_BYTES);
        PortableMappings.removeClosed();
    }

    /** Does nothing: the mapping is writable from the start. */
    @Override
    public void commit(long address, long bytes) {
        Ranges.check(address, bytes, PAGE_SIZE_BYTES);
    }

    /** Does nothing: pages cannot be given back, and to zero them would only take more. */
    @Override
    public void release(long address, long bytes) {
        Ranges.check(address, bytes, PAGE_SIZE_BYTES);
    }

    /** Does nothing: pages cannot be given back. */
    @Override
    public void purge(long address, long bytes) {
        Ranges.check(address, bytes, PAGE_SIZE_BYTES);
    }

    @Override
    public boolean adviseHugePages(long address, long bytes) {
        Ranges.check(address, bytes, PAGE_SIZE_BYTES);
        return false;
    }

    @Override
    public long residentBytes(long address, long bytes) {
        Ranges.check(address, bytes, PAGE_SIZE_BYTES);
        return -1;
    }
}
