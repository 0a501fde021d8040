package dev.ashlar.bench.libc;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * {@code malloc} and its kin through critical downcalls. A critical call does not leave the Java state, so it costs little more than
 * the function itself; none of these functions blocks for long or calls back.
 *
 * <p>Blocks are aligned to 16 bytes on every 64-bit platform of the JDK, and not zeroed. {@code LD_PRELOAD} puts another allocator in
 * the place of the C library's.
 */
public final class Malloc {
    // Constants, so that the compiler sees through them; a field of an object would cost an indirect call.
    private static final MethodHandle MALLOC =
            downcall("malloc", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle ALIGNED_ALLOC = downcall(
            "aligned_alloc",
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle REALLOC = downcall(
            "realloc", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = downcall("free", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));

    private Malloc() {}

    /**
     * A new block.
     *
     * @param byteSize usable bytes, 0 or more
     * @return its address
     * @throws OutOfMemoryError if there is none
     */
    public static long malloc(long byteSize) {
        try {
            return checkNotNull((long) MALLOC.invokeExact(byteSize), "malloc", byteSize);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * A new aligned block.
     *
     * @param alignment a power of two
     * @param byteSize usable bytes, 0 or more
     * @return its address, a multiple of {@code alignment}
     * @throws OutOfMemoryError if there is none
     */
    public static long alignedAlloc(long alignment, long byteSize) {
        try {
            return checkNotNull((long) ALIGNED_ALLOC.invokeExact(alignment, byteSize), "aligned_alloc", byteSize);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Gives a block another size; it may move. Size 0 is taken as 1, because {@code realloc} to 0 would free the block.
     *
     * @param address of the block
     * @param byteSize usable bytes, 0 or more
     * @return its address
     * @throws OutOfMemoryError if it can't be served; the old block is as it was
     */
    public static long realloc(long address, long byteSize) {
        try {
            return checkNotNull((long) REALLOC.invokeExact(address, Math.max(byteSize, 1)), "realloc", byteSize);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Gives a block back. Freeing anything else is undefined, as in C.
     *
     * @param address of the block
     */
    public static void free(long address) {
        try {
            FREE.invokeExact(address);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    // Restricted, because the linker trusts the descriptor; these are the C standard's, with pointers and size_t as 64 bits.
    @SuppressWarnings("restricted")
    private static MethodHandle downcall(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), descriptor, Linker.Option.critical(false));
    }

    private static long checkNotNull(long address, String function, long byteSize) {
        if (address == 0) {
            throw new OutOfMemoryError(function + ": NULL for " + byteSize + " bytes (expected: an address)");
        }
        return address;
    }

    private static RuntimeException unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("downcall: " + e, e);
    }
}
