package dev.ashlar.bench.peer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;

/** {@code sun.misc.Unsafe}. It has no aligned request: a caller who needs one asks for so many bytes more. */
final class UnsafeWorker extends AddressWorker {
    // By method handles, because javac warns of each mention of the class; constants, so that the compiler sees through them.
    private static final MethodHandle MALLOC = method("allocateMemory", long.class, long.class);
    private static final MethodHandle REALLOC = method("reallocateMemory", long.class, long.class, long.class);
    private static final MethodHandle FREE = method("freeMemory", void.class, long.class);

    @Override
    protected long allocateAddress(long byteSize) {
        try {
            return check((long) MALLOC.invokeExact(Math.max(byteSize, 1)), byteSize);
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    @Override
    protected long allocateAddress(long byteSize, long alignment) {
        return allocateAddress(byteSize + alignment);
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

    private static MethodHandle method(String name, Class<?> result, Class<?>... parameters) {
        try {
            Class<?> type = Class.forName("sun.misc.Unsafe");
            Field instance = type.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            return MethodHandles.lookup()
                    .findVirtual(type, name, MethodType.methodType(result, parameters))
                    .bindTo(instance.get(null));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("sun.misc.Unsafe." + name + ": not there (expected: as in JDK 25)", e);
        }
    }
}
