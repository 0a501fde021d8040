package dev.ashlar.heap;

import java.util.List;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import dev.ashlar.os.OsMemory;
import dev.ashlar.testing.AlignedOs;

/**
 * Whatever the operations, the heap validates around each of them and agrees with {@link HeapModel}.
 *
 * <p>The first byte is the policy, the second the modes: bit 0 deferred, bit 1 portable, bit 2 hardened. Then one operation in each four bytes:
 * what to do, two bytes of argument, and how to scale it.
 */
class HeapFuzzTest {
    private static final long REGION = 1L << 20;
    private static final int MAX_OPERATIONS = 400;
    private static final List<FitPolicy> POLICIES = List.of(FitPolicy.values());

    @FuzzTest
    void operations(byte[] data) {
        if (data.length < 2) {
            return;
        }
        Heap heap = Heap.builder()
                .name("fuzz")
                .capacity(4 * REGION)
                .regionSize(REGION)
                .retained(REGION)
                .policy(policy(data[0]))
                .coalescing((data[1] & 1) == 0 ? Coalescing.IMMEDIATE : Coalescing.DEFERRED)
                .os(new AlignedOs((data[1] & 2) == 0 ? OsMemory.system() : OsMemory.portable()))
                .hardened((data[1] & 4) != 0)
                .secret(1)
                .build();
        try (HeapModel model = new HeapModel(heap, 1)) {
            int end = Math.min(data.length - 3, 2 + 4 * MAX_OPERATIONS);
            for (int i = 2; i < end; i += 4) {
                int argument = (data[i + 1] & 0xFF) << 8 | (data[i + 2] & 0xFF);
                operation(model, data[i], argument, data[i + 3] & 0xFF);
            }
            model.freeAllAndTrim();
        }
    }

    private static void operation(HeapModel model, byte what, int argument, int scale) {
        switch (what & 15) {
            case 0, 1, 2 -> model.allocate(byteSize(argument, scale), 1, false);
            case 3 -> model.allocate(byteSize(argument, scale), 1, true);
            case 4, 5 -> model.allocate(argument, 1L << (scale % 23), (what & 16) != 0);
            case 6 -> model.policy(policy(scale));
            case 7 -> maintain(model, scale);
            default -> {
                if (model.size() != 0) {
                    ofBlock(model, what & 15, argument, scale);
                }
            }
        }
    }

    private static void ofBlock(HeapModel model, int what, int argument, int scale) {
        switch (what) {
            case 8, 9 -> model.resize(argument, byteSize(argument >>> 4, scale));
            case 10 -> model.tryResize(argument, byteSize(argument >>> 4, scale));
            case 11 -> model.isAllocated(argument, scale - 128, argument >>> 6);
            default -> model.free(argument);
        }
    }

    private static void maintain(HeapModel model, int how) {
        switch (how & 3) {
            case 0 -> model.coalesce();
            case 1 -> model.trim();
            case 2 -> model.purge();
            default -> model.checkAll();
        }
    }

    /** Up to 4 MiB; a scale with its upper bit set counts regions, whose edges are worth a try. */
    private static long byteSize(int argument, int scale) {
        return scale >= 128
                ? Math.max(0, (1 + scale % 4) * REGION - 32 + (argument & 63))
                : (long) argument << (scale % 7);
    }

    private static FitPolicy policy(int number) {
        return POLICIES.get(Math.floorMod(number, POLICIES.size()));
    }
}
