package dev.ashlar.bench.peer;

import java.lang.invoke.MethodHandle;

/** mimalloc as it is installed on the machine, through critical downcalls. */
final class MimallocWorker extends AddressWorker {
    // Constants, so that the compiler sees through them: each library has a class of its own.
    private static final MethodHandle MALLOC = NativeLibrary.MIMALLOC.function("mi_malloc");
    private static final MethodHandle ALIGNED = NativeLibrary.MIMALLOC.functionOfTwo("mi_malloc_aligned");
    private static final MethodHandle REALLOC = NativeLibrary.MIMALLOC.functionOfTwo("mi_realloc");
    private static final MethodHandle FREE = NativeLibrary.MIMALLOC.procedure("mi_free");

    @Override
    protected long allocateAddress(long byteSize) {
        try {
            return check((long) MALLOC.invokeExact(byteSize), byteSize);
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    @Override
    protected long allocateAddress(long byteSize, long alignment) {
        try {
            return check((long) ALIGNED.invokeExact(byteSize, alignment), byteSize);
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    @Override
    protected long resizeAddress(long address, long byteSize) {
        try {
            return check((long) REALLOC.invokeExact(address, Math.max(byteSize, 1)), byteSize);
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    @Override
    protected void freeAddress(long address) {
        try {
            FREE.invokeExact(address);
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }
}
