package dev.ashlar.attach;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.PoolListener;

/** Makes pools attachable when they are opened. Found by {@link java.util.ServiceLoader}; nobody else need know it. */
public final class AttachListener implements PoolListener {
    /** For the service loader. */
    public AttachListener() {}

    @Override
    public void opened(MemoryPool pool) {
        if (pool.isAttachable()) {
            AttachServer.ofProcess().add(pool);
        }
    }
}
