package dev.ashlar.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import dev.ashlar.OsException;
import org.jspecify.annotations.Nullable;

/**
 * Memory by POSIX calls, on Linux.
 *
 * <p>
 * Reserved is mapped {@code PROT_READ}, which costs addresses only: {@code MAP_NORESERVE} charges nothing, and a page
 * that is read is the system's page of zeros. Committed is {@code PROT_READ|PROT_WRITE}. Each border between the two
 * costs one of the process's mappings, whose number is limited ({@code vm.max_map_count}).
 */
final class PosixMemory implements OsMemory {

    // In a class of its own: finding out that this is unavailable must not link anything.
    private static final class Holder {
        static final PosixMemory INSTANCE = new PosixMemory(PosixCalls.pageSizeBytes());
    }

    private final int pageSizeBytes;

    private PosixMemory(int pageSizeBytes) {
        this.pageSizeBytes = pageSizeBytes;
    }

    static PosixMemory instance() {
        return Holder.INSTANCE;
    }

    /** Returns why there is no such memory here, or null. */
    static @Nullable String unavailable() {
        String os = System.getProperty("os.name", "");
        String arch = System.getProperty("os.arch", "");
        if (!os.equals("Linux") || !(arch.equals("amd64") || arch.equals("aarch64"))) {
            return "system: " + os + " on " + arch + " (expected: Linux on amd64 or aarch64)";
        }
        return Memory.DIRECT ? null : "native access: denied to " + module();
    }

    private static String module() {
        Module module = PosixMemory.class.getModule();
        return module.isNamed() ? "module " + module.getName() : "the unnamed module";
    }

    @Override
    public String name() {
        return "posix";
    }

    @Override
    public int pageSizeBytes() {
        return pageSizeBytes;
    }

    @Override
    public boolean returnsPages() {
        return true;
    }

    @Override
    public boolean zeroesOnRelease() {
        return true;
    }

    @Override
    public boolean canRescope() {
        return true;
    }

    @Override
    public MemorySegment map(Arena scope, long bytes, long alignment) {
        Ranges.checkReserve(bytes, alignment, pageSizeBytes);
        long length = Ranges.withSlack(bytes, alignment, pageSizeBytes);
        long from = PosixCalls.mmap(0, length, 0, "READ");
        long to = from + length;
        long address = from + Ranges.skip(from, alignment);
        try {
            trim(from, address);
            from = address;
            trim(address + bytes, to);
            to = address + bytes;
            return segment(scope, address, bytes);
        } catch (Throwable e) {
            // What was trimmed off already may be somebody else's by now.
            unmapAfter(e, from, to - from);
            throw e;
        }
    }

    private static void unmapAfter(Throwable e, long address, long bytes) {
        try {
            PosixCalls.munmap(address, bytes);
        } catch (OsException second) {
            e.addSuppressed(second); // what is lost is addresses, no memory
        }
    }

    private static void trim(long from, long to) {
        if (to > from) {
            PosixCalls.munmap(from, to - from);
        }
    }

    // Restricted: an address that mmap returned becomes a segment.
    @SuppressWarnings("restricted")
    private static MemorySegment segment(Arena scope, long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes, scope, null);
    }

    @Override
    public void unmap(long address, long bytes) {
        Ranges.check(address, bytes, pageSizeBytes);
        PosixCalls.munmap(address, bytes);
    }

    @Override
    public void commit(long address, long bytes) {
        Ranges.check(address, bytes, pageSizeBytes);
        PosixCalls.mprotect(address, bytes, PosixCalls.PROT_READ | PosixCalls.PROT_WRITE, "READ|WRITE");
    }

    /**
     * {@inheritDoc}
     *
     * <p>
     * Maps anew instead of taking the right to write away: where memory is strictly accounted, only a new mapping ends
     * the charge. A process that has all the mappings it may have gets no new one, though, not even in place of
     * another; then the right to write is taken away after all, which joins mappings and so leads out of that state.
     */
    @Override
    public void release(long address, long bytes) {
        Ranges.check(address, bytes, pageSizeBytes);
        try {
            PosixCalls.mmap(address, bytes, PosixCalls.MAP_FIXED, "READ");
        } catch (OsException e) {
            if (e.errno() != Errno.ENOMEM) {
                throw e;
            }
            // In this order: if the first is refused, the contents are still there.
            PosixCalls.mprotect(address, bytes, PosixCalls.PROT_READ, "READ");
            PosixCalls.madvise(address, bytes, PosixCalls.MADV_DONTNEED, "DONTNEED");
        }
    }

    @Override
    public void purge(long address, long bytes) {
        Ranges.check(address, bytes, pageSizeBytes);
        // Not MADV_FREE: it leaves the pages resident until memory is short, and nobody sees what was given back.
        PosixCalls.madvise(address, bytes, PosixCalls.MADV_DONTNEED, "DONTNEED");
    }

    @Override
    public boolean adviseHugePages(long address, long bytes) {
        Ranges.check(address, bytes, pageSizeBytes);
        try {
            PosixCalls.madvise(address, bytes, PosixCalls.MADV_HUGEPAGE, "HUGEPAGE");
            return true;
        } catch (OsException e) {
            if (e.errno() == Errno.EINVAL) { // a kernel built without huge pages
                return false;
            }
            throw e;
        }
    }

    @Override
    public long residentBytes(long address, long bytes) {
        Ranges.check(address, bytes, pageSizeBytes);
        return PageMap.residentBytes(address, bytes, pageSizeBytes);
    }
}
