package dev.ashlar.os;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * The C library's calls, and the one place of their constants. Linux on x86-64 and aarch64: pointers, {@code size_t}
 * and {@code off_t} are 64 bits wide, and the constants are those of {@code asm-generic}.
 *
 * <p>
 * A pointer is passed as a {@code long}, which both calling conventions pass alike, so no call needs an object for it.
 */
final class PosixCalls {

    static final int PROT_READ = 0x1;
    static final int PROT_WRITE = 0x2;
    static final int MAP_PRIVATE = 0x2;
    static final int MAP_FIXED = 0x10;
    static final int MAP_ANONYMOUS = 0x20;
    static final int MAP_NORESERVE = 0x4000;
    static final int MADV_DONTNEED = 4;
    static final int MADV_HUGEPAGE = 14;

    private static final long MAP_FAILED = -1;
    private static final int SC_PAGESIZE = 30;

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle MMAP = handle("mmap",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MUNMAP =
            handle("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle MPROTECT =
            handle("mprotect", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle MADVISE =
            handle("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    /** Critical: it takes a few nanoseconds, and a transition would cost more than the call. */
    private static final MethodHandle SCHED_GETCPU = criticalHandle("sched_getcpu", FunctionDescriptor.of(JAVA_INT));

    /** Critical, and so called with little at a time: no safepoint is reached before it returns. */
    private static final MethodHandle MEMSET =
            criticalHandle("memset", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG));

    private static final MethodHandle SYSCONF = handle("sysconf", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));

    private PosixCalls() {}

    /** Maps anonymous private memory that is readable and charged to nothing; returns its address. */
    static long mmap(long address, long bytes, int flags, String mode) {
        int all = flags | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = (long) MMAP.invokeExact(state, address, bytes, PROT_READ, all, -1, 0L);
            if (result == MAP_FAILED) {
                throw Refusal.of("mmap", address, bytes, mode, errno(state));
            }
            return result;
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    static void munmap(long address, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            if ((int) MUNMAP.invokeExact(state, address, bytes) != 0) {
                throw Refusal.of("munmap", address, bytes, "", errno(state));
            }
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    static void mprotect(long address, long bytes, int protection, String mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            if ((int) MPROTECT.invokeExact(state, address, bytes, protection) != 0) {
                throw Refusal.of("mprotect", address, bytes, mode, errno(state));
            }
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    static void madvise(long address, long bytes, int advice, String mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            if ((int) MADVISE.invokeExact(state, address, bytes, advice) != 0) {
                throw Refusal.of("madvise", address, bytes, mode, errno(state));
            }
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    static int pageSizeBytes() {
        try (Arena arena = Arena.ofConfined()) {
            return Math.toIntExact((long) SYSCONF.invokeExact(arena.allocate(STATE), SC_PAGESIZE));
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /** The number of the core that this thread runs on, or -1. */
    static int currentCore() {
        try {
            return (int) SCHED_GETCPU.invokeExact();
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /** Sets each byte of a range that is short enough to let safepoints wait for it. */
    @SuppressWarnings("UnusedVariable") // invokeExact must be told of the result.
    static void memset(long address, byte value, long bytes) {
        try {
            long same = (long) MEMSET.invokeExact(address, (int) value, bytes);
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    private static int errno(MemorySegment state) {
        return (int) ERRNO.get(state, 0L);
    }

    // A method handle declares every Throwable; the C functions throw none.
    private static RuntimeException unchecked(Throwable e) {
        return switch (e) {
            case Error error -> throw error;
            case RuntimeException exception -> exception;
            default -> throw new AssertionError(e);
        };
    }

    // Restricted: calls C. The descriptors above are those of the system's manual, section 2 and sysconf(3).
    @SuppressWarnings("restricted")
    private static MethodHandle handle(String symbol, FunctionDescriptor descriptor) {
        return Linker.nativeLinker()
                .downcallHandle(symbol(symbol), descriptor, Linker.Option.captureCallState("errno"));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle criticalHandle(String symbol, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(symbol(symbol), descriptor, Linker.Option.critical(false));
    }

    private static MemorySegment symbol(String name) {
        return Linker.nativeLinker().defaultLookup().findOrThrow(name);
    }
}
