package dev.ashlar.bench.peer;

import java.util.function.Supplier;

/** An allocator that hands out addresses. */
final class AddressPeer implements Peer {
    private final Supplier<? extends AddressWorker> workers;
    private final Runnable close;

    /** An allocator that goes with the process. */
    AddressPeer(Supplier<? extends AddressWorker> workers) {
        this(workers, () -> {});
    }

    AddressPeer(Supplier<? extends AddressWorker> workers, Runnable close) {
        this.workers = workers;
        this.close = close;
    }

    @Override
    public Blocks newBlocks(int slotCount) {
        return new AddressBlocks(slotCount);
    }

    @Override
    public Worker newWorker() {
        return workers.get();
    }

    @Override
    public void close() {
        close.run();
    }
}
