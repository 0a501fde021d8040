package dev.ashlar.os;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Reads and writes off-heap memory by absolute address. No other class does.
 *
 * <p>
 * <b>Nothing is checked that costs time</b>: with {@linkplain #DIRECT native access} a wrong address reads whatever is
 * there, or ends the process. Addresses must lie in a {@link Reservation} that cannot become unreachable during the
 * access: an address does not keep its reservation, so the caller holds the reservation and ends in
 * {@link java.lang.ref.Reference#reachabilityFence(Object)} on it. Reads are allowed anywhere in the range, writes only
 * where it is {@linkplain OsMemory#commit committed}.
 *
 * <p>
 * Accesses are plain: no order, and no atomicity beyond that of an aligned {@code int} or {@code long}. Those with
 * another mode have it in their name. The byte order is the machine's.
 */
public final class Memory {

    /*
     * One constant segment, and not a segment per reservation: a segment whose scope can close is checked for liveness
     * at each access and, held in a field, is itself a load. This one is in the global scope and static final, so the
     * JIT folds it, its bounds and the branch on DIRECT away; what is left of getLong is one move.
     *
     * Without native access there is no such segment, and an address means something only inside a mapping that Java
     * made. PortableMappings then finds the mapping's own segment, which is slow, and never faults.
     */
    private static final MemorySegment ALL = allOfMemory();

    /**
     * Whether addresses are used directly. Otherwise native access is denied to this module, and each access looks its
     * mapping up: slower by a search, and an address outside every mapping is an {@link IllegalStateException}.
     */
    public static final boolean DIRECT = ALL.byteSize() != 0;

    private static final int SHORT_BYTES = 256;

    /*
     * Bound to the segment, and not ALL.get(layout, address): the compiler inlines to a depth of 15 methods, of which that
     * takes nine for itself and this six. What lies deeper becomes a call, even if all it does is return a constant.
     */
    private static final VarHandle INT_AT = at(ValueLayout.JAVA_INT_UNALIGNED);
    private static final VarHandle LONG_AT = at(ValueLayout.JAVA_LONG_UNALIGNED);

    /** For accesses with an order; aligned, as Java has no other atomic ones. */
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private Memory() {}

    /** Returns the {@code int} at an address, a multiple of 4. That is not checked: the layout's check would be repeated at each access. */
    public static int getInt(long address) {
        return DIRECT
                ? (int) INT_AT.get(address)
                : mapped(address, Integer.BYTES).get(ValueLayout.JAVA_INT_UNALIGNED, 0);
    }

    /** Writes the {@code int} at an address, a multiple of 4. That is not checked: the layout's check would be repeated at each access. */
    public static void putInt(long address, int value) {
        if (DIRECT) {
            INT_AT.set(address, value);
        } else {
            mapped(address, Integer.BYTES).set(ValueLayout.JAVA_INT_UNALIGNED, 0, value);
        }
    }

    /** Returns the {@code long} at an address, a multiple of 8. That is not checked: the layout's check would be repeated at each access. */
    public static long getLong(long address) {
        return DIRECT
                ? (long) LONG_AT.get(address)
                : mapped(address, Long.BYTES).get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
    }

    /** Writes the {@code long} at an address, a multiple of 8. That is not checked: the layout's check would be repeated at each access. */
    public static void putLong(long address, long value) {
        if (DIRECT) {
            LONG_AT.set(address, value);
        } else {
            mapped(address, Long.BYTES).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value);
        }
    }

    /**
     * Writes the {@code long} at an address if it holds what is expected, with the order of a volatile read and write.
     *
     * @param address
     *            a multiple of 8
     * @return whether it was written
     */
    public static boolean compareAndSetLong(long address, long expected, long value) {
        return DIRECT
                ? LONG.compareAndSet(ALL, address, expected, value)
                : LONG.compareAndSet(mapped(address, Long.BYTES), 0L, expected, value);
    }

    /** Returns the byte at an address. */
    public static byte getByte(long address) {
        return DIRECT
                ? ALL.get(ValueLayout.JAVA_BYTE, address)
                : mapped(address, Byte.BYTES).get(ValueLayout.JAVA_BYTE, 0);
    }

    /** Writes the byte at an address. */
    public static void putByte(long address, byte value) {
        if (DIRECT) {
            ALL.set(ValueLayout.JAVA_BYTE, address, value);
        } else {
            mapped(address, Byte.BYTES).set(ValueLayout.JAVA_BYTE, 0, value);
        }
    }

    /**
     * Copies bytes as if through a buffer: the ranges may overlap.
     *
     * @param bytes
     *            how many, 0 or more
     */
    public static void copy(long from, long to, long bytes) {
        if (DIRECT) {
            MemorySegment.copy(ALL, from, ALL, to, bytes);
        } else {
            mapped(to, bytes).copyFrom(mapped(from, bytes));
        }
    }

    /**
     * Copies whole words between ranges that don't overlap: a short one without a call.
     *
     * @param from
     *            a multiple of 8
     * @param to
     *            a multiple of 8
     * @param bytes
     *            how many, 0 or more; rounded up to a multiple of 8
     */
    public static void copyWords(long from, long to, long bytes) {
        if (bytes > SHORT_BYTES) {
            copy(from, to, (bytes + Long.BYTES - 1) & -Long.BYTES);
            return;
        }
        for (long offset = 0; offset < bytes; offset += Long.BYTES) {
            putLong(to + offset, getLong(from + offset));
        }
    }

    /**
     * Sets each byte of a range.
     *
     * @param bytes
     *            how many, 0 or more
     */
    public static void fill(long address, long bytes, byte value) {
        if (bytes >= SHORT_BYTES && CLibrary.AVAILABLE) {
            CLibrary.fill(address, bytes, value);
        } else {
            range(address, bytes).fill(value);
        }
    }

    /** The C library's way, which is several times as fast: a segment's fill stores eight bytes at a time. Looked for when it is first needed. */
    private static final class CLibrary {
        static final boolean AVAILABLE = PosixMemory.unavailable() == null;

        /** As much as takes some microseconds: meanwhile a safepoint waits. */
        private static final long PIECE_BYTES = 1 << 18;

        static void fill(long address, long bytes, byte value) {
            for (long done = 0; done < bytes; done += PIECE_BYTES) {
                PosixCalls.memset(address + done, value, Math.min(PIECE_BYTES, bytes - done));
            }
        }
    }

    /**
     * Zeroes whole words: a short range without a call.
     *
     * @param address
     *            a multiple of 8
     * @param bytes
     *            how many, 0 or more; rounded up to a multiple of 8
     */
    public static void zeroWords(long address, long bytes) {
        if (bytes > SHORT_BYTES) {
            fill(address, (bytes + Long.BYTES - 1) & -Long.BYTES, (byte) 0);
            return;
        }
        for (long offset = 0; offset < bytes; offset += Long.BYTES) {
            putLong(address + offset, 0);
        }
    }

    /**
     * Returns the index of the first byte of a range that is not zero, or -1.
     *
     * @param bytes
     *            the length of the range, 0 or more
     */
    public static long mismatchZero(long address, long bytes) {
        if (bytes == 0) {
            return -1;
        }
        if (getByte(address) != 0) {
            return 0;
        }
        // The range against itself moved by one: equal neighbours that begin with zero are all zero. It needs no
        // segment of zeros to compare with, and mismatch is vectorised.
        MemorySegment range = range(address, bytes);
        long equal = range.asSlice(0, bytes - 1).mismatch(range.asSlice(1));
        return equal < 0 ? -1 : equal + 1;
    }

    private static MemorySegment range(long address, long bytes) {
        return DIRECT ? ALL.asSlice(address, bytes) : mapped(address, bytes);
    }

    private static MemorySegment mapped(long address, long bytes) {
        return PortableMappings.slice(address, bytes);
    }

    /** Access to any address, of one kind, as a call without checks or conversions of its arguments' types. */
    private static VarHandle at(ValueLayout layout) {
        return MethodHandles.insertCoordinates(layout.varHandle(), 0, ALL).withInvokeExactBehavior();
    }

    // Restricted: this is the raw access that the module is granted native access for.
    @SuppressWarnings("restricted")
    private static MemorySegment allOfMemory() {
        try {
            return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
        } catch (IllegalCallerException denied) {
            // Asking Module.isNativeAccessEnabled instead would be wrong: it is false where a call merely warns.
            return MemorySegment.NULL;
        }
    }
}
