package dev.ashlar.bench.peer;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

import org.jspecify.annotations.Nullable;

/** An allocator's shared library that the machine may have, and how its functions are called. */
enum NativeLibrary {
    MIMALLOC("libmimalloc.so.2"),
    TCMALLOC("libtcmalloc_minimal.so.4");

    private final String file;

    NativeLibrary(String file) {
        this.file = file;
    }

    boolean isInstalled() {
        return lookupOrNull() != null;
    }

    /** {@code long f(long)}. */
    MethodHandle function(String name) {
        return downcall(name, FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    }

    /** {@code long f(long, long)}. */
    MethodHandle functionOfTwo(String name) {
        return downcall(
                name,
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    }

    /** {@code void f(long)}. */
    MethodHandle procedure(String name) {
        return downcall(name, FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
    }

    static RuntimeException unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("downcall: " + e, e);
    }

    // Restricted, because the linker trusts the descriptors: sizes, alignments and pointers are 64 bits.
    @SuppressWarnings("restricted")
    private MethodHandle downcall(String name, FunctionDescriptor descriptor) {
        SymbolLookup lookup = lookupOrNull();
        if (lookup == null) {
            throw new UnsatisfiedLinkError(file + ": not installed (expected: a library that holds " + name + ")");
        }
        return Linker.nativeLinker().downcallHandle(lookup.findOrThrow(name), descriptor,
                Linker.Option.critical(false));
    }

    // Restricted, because loading a library runs its initializers. Never unloaded: threads end through its code.
    @SuppressWarnings("restricted")
    private @Nullable SymbolLookup lookupOrNull() {
        try {
            return SymbolLookup.libraryLookup(file, Arena.global());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
