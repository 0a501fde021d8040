package dev.ashlar.bench.replay;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.heap.Heap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static dev.ashlar.bench.replay.Messages.assertSays;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

class HeapAuditTest {
    private final Heap heap = Heap.builder().name("audited").capacity(16 << 20).build();
    private final LiveBlockModel model = new LiveBlockModel(10);

    @AfterEach
    void close() {
        heap.close();
    }

    @Test
    void run_heapAndModelAgree_passes() {
        long first = take(0, 100);
        take(1, 0);
        take(2, 5000);
        heap.freeAddress(first);
        model.remove(0);

        assertDoesNotThrow(() -> HeapAudit.of(heap, model).run());
    }

    @Test
    void run_blockTheModelDoesNotHold_fails() {
        take(0, 100);
        heap.allocateAddress(64);

        assertFails("only blocks that the replay holds");
    }

    @Test
    void run_blockTheHeapDoesNotHold_fails() {
        take(0, 100);
        heap.freeAddress(take(1, 50));

        assertFails("1 blocks not met, block 1");
    }

    @Test
    void run_blockSmallerThanRequested_fails() {
        model.add(0, heap.allocateAddress(100), 1000);

        assertFails("at least the 1000 requested");
    }

    @Test
    void run_poolWithCachedCells_countsLiveOnesOnly() {
        try (MemoryPool pool = MemoryPool.builder().capacity(16 << 20).build()) {
            LiveBlockModel pooled = new LiveBlockModel(200);
            for (int block = 0; block < 200; block++) {
                pooled.add(block, pool.allocateAddress(block * 100L), block * 100L);
            }
            for (int block = 0; block < 200; block += 2) {
                pool.freeAddress(pooled.address(block));
                pooled.remove(block);
            }
            assertDoesNotThrow(() -> HeapAudit.of(pool, pooled).run());

            pool.allocateAddress(64);
            IllegalStateException e =
                    assertThrows(IllegalStateException.class, () -> HeapAudit.of(pool, pooled).run());
            assertSays("only blocks that the replay holds", e);
        }
    }

    private long take(int block, long byteSize) {
        long address = heap.allocateAddress(byteSize);
        model.add(block, address, byteSize);
        return address;
    }

    private void assertFails(String messagePart) {
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> HeapAudit.of(heap, model).run());
        assertSays(messagePart, e);
    }
}
