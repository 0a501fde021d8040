package dev.ashlar.bench.peer;

import org.lwjgl.system.rpmalloc.RPmalloc;

/** rpmalloc as LWJGL carries it, through LWJGL's calls. It wants to know of each thread that uses it. */
final class RpmallocWorker extends AddressWorker {
    private final boolean isFirstOfThread = !RPmalloc.rpmalloc_is_thread_initialized();

    RpmallocWorker() {
        if (isFirstOfThread) {
            RPmalloc.rpmalloc_thread_initialize();
        }
    }

    /** Initializes the library, once for the process. */
    static Peer openPeer() {
        RPmalloc.rpmalloc_initialize(null);
        return new AddressPeer(RpmallocWorker::new);
    }

    @Override
    protected long allocateAddress(long byteSize) {
        return check(RPmalloc.nrpmalloc(byteSize), byteSize);
    }

    @Override
    protected long allocateAddress(long byteSize, long alignment) {
        return check(RPmalloc.nrpaligned_alloc(alignment, byteSize), byteSize);
    }

    @Override
    protected long resizeAddress(long address, long byteSize) {
        return check(RPmalloc.nrprealloc(address, Math.max(byteSize, 1)), byteSize);
    }

    @Override
    protected void freeAddress(long address) {
        RPmalloc.nrpfree(address);
    }

    /** A thread may have had a worker before this one, and still have it. */
    @Override
    public void close() {
        if (isFirstOfThread) {
            RPmalloc.rpmalloc_thread_finalize();
        }
    }
}
