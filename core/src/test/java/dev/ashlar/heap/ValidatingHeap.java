package dev.ashlar.heap;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import dev.ashlar.BlockState;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapStatistics;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** A heap that validates itself before and after every n-th call, however the call ends. */
final class ValidatingHeap implements AutoCloseable {
    /** A block as a walk shows it. */
    record Walked(long address, long usableBytes, BlockState state) {}

    private final Heap heap;
    private final int every;
    private long calls;

    ValidatingHeap(Heap heap, int every) {
        this.heap = heap;
        this.every = every;
    }

    /** For what changes nothing and needs no validation around it. */
    Heap unchecked() {
        return heap;
    }

    long allocateAddress(long byteSize, long alignment) {
        return around(() -> heap.allocateAddress(byteSize, alignment));
    }

    MemorySegment allocate(long byteSize, long alignment) {
        return around(() -> heap.allocate(byteSize, alignment));
    }

    long resizeAddress(long address, long byteSize) {
        return around(() -> heap.resizeAddress(address, byteSize));
    }

    MemorySegment resize(MemorySegment segment, long byteSize) {
        return around(() -> heap.resize(segment, byteSize));
    }

    boolean tryResizeAddress(long address, long byteSize) {
        return is(() -> heap.tryResizeAddress(address, byteSize));
    }

    void freeAddress(long address) {
        does(() -> heap.freeAddress(address));
    }

    void free(MemorySegment segment) {
        does(() -> heap.free(segment));
    }

    boolean isAllocated(long address, long byteSize) {
        return is(() -> heap.isAllocated(address, byteSize));
    }

    void policy(FitPolicy policy) {
        does(() -> heap.policy(policy));
    }

    long coalesce() {
        return around(heap::coalesce);
    }

    long purge() {
        return around(heap::purge);
    }

    long trim() {
        return around(heap::trim);
    }

    /** All blocks, in the order of the walk. */
    List<Walked> walk() {
        List<Walked> blocks = new ArrayList<>();
        heap.walk((address, usableBytes, state) -> blocks.add(new Walked(address, usableBytes, state)));
        return blocks;
    }

    /** The figures, which must balance. */
    HeapStatistics statistics() {
        HeapStatistics now = heap.statistics();
        assertEquals(
                now.committedBytes(),
                now.liveBytes() + now.pendingBytes() + now.freeBytes() + now.headerBytes() + now.overheadBytes(),
                now::toString);
        return now;
    }

    private long around(LongSupplier call) {
        return around((Supplier<Long>) call::getAsLong);
    }

    private boolean is(BooleanSupplier call) {
        return around((Supplier<Boolean>) call::getAsBoolean);
    }

    private void does(Runnable call) {
        around((Supplier<Boolean>) () -> {
            call.run();
            return true;
        });
    }

    private <T> T around(Supplier<T> call) {
        boolean validated = calls++ % every == 0;
        if (validated) {
            heap.validate();
        }
        T result;
        try {
            result = call.get();
        } catch (RuntimeException e) {
            validateAfter(e);
            throw e;
        }
        if (validated) {
            heap.validate();
        }
        return result;
    }

    private void validateAfter(RuntimeException thrown) {
        try {
            heap.validate();
        } catch (RuntimeException e) {
            e.addSuppressed(thrown);
            throw e;
        }
    }

    @Override
    public void close() {
        heap.close();
    }
}
