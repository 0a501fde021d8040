package dev.ashlar.stress;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * Binds threads to processors. A thread's arena is its processor's, and a scheduler that has other work may keep all threads of a run on one: then nothing
 * is stolen, and no cell goes back to another arena. So a run that must see that decides itself.
 */
final class CpuPins {
    private static final long MASK_BYTES = 128;

    private final List<Integer> cpus = new ArrayList<>();

    /** Of the processors that this process may use, one for each arena that any of them leads to; none where that can't be found out. */
    CpuPins(int arenas) {
        List<Integer> residues = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_BYTES);
            if (affinity("sched_getaffinity", mask) <= 0) {
                return;
            }
            for (int cpu = 0; cpu < MASK_BYTES * Byte.SIZE; cpu++) {
                boolean allowed = (mask.get(ValueLayout.JAVA_BYTE, cpu / Byte.SIZE) >> cpu % Byte.SIZE & 1) != 0;
                if (allowed && !residues.contains(cpu % arenas)) {
                    residues.add(cpu % arenas);
                    cpus.add(cpu);
                }
            }
        }
    }

    /** How many arenas threads can be bound to. */
    int count() {
        return cpus.size();
    }

    /** Binds this thread, a platform thread, to one of them until it ends. */
    void pin(long index) {
        if (cpus.size() < 2) {
            return;
        }
        int cpu = cpus.get((int) Math.floorMod(index, (long) cpus.size()));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_BYTES);
            mask.set(ValueLayout.JAVA_BYTE, cpu / Byte.SIZE, (byte) (1 << (cpu % Byte.SIZE)));
            if (affinity("sched_setaffinity", mask) != 0) {
                throw new IllegalStateException("processor " + cpu + ": refused");
            }
        }
    }

    @SuppressWarnings("restricted")
    private static int affinity(String function, MemorySegment mask) {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup().find(function).map(symbol -> {
            MethodHandle handle = linker.downcallHandle(
                    symbol,
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
            try {
                // Of the calling thread; the C library's getter returns 0, the system call's the bytes that it wrote.
                int result = (int) handle.invokeExact(0, MASK_BYTES, mask);
                return function.equals("sched_getaffinity") && result == 0 ? 1 : result;
            } catch (Throwable e) {
                throw new IllegalStateException(function, e);
            }
        }).orElse(-1);
    }
}
