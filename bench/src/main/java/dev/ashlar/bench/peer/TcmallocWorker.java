package dev.ashlar.bench.peer;

import java.lang.invoke.MethodHandle;

/** tcmalloc as it is installed on the machine, through critical downcalls. */
final class TcmallocWorker extends AddressWorker {
    // Constants, so that the compiler sees through them: each library has a class of its own.
    private static final MethodHandle MALLOC = NativeLibrary.TCMALLOC.function("tc_malloc");
    private static final MethodHandle ALIGNED = NativeLibrary.TCMALLOC.functionOfTwo("tc_memalign");
    private static final MethodHandle REALLOC = NativeLibrary.TCMALLOC.functionOfTwo("tc_realloc");
    private static final MethodHandle FREE = NativeLibrary.TCMALLOC.procedure("tc_free");

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
            return check((long) ALIGNED.invokeExact(alignment, byteSize), byteSize);
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
