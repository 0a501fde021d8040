package dev.ashlar.arenas;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.WeakHashMap;

import static java.lang.System.Logger.Level.WARNING;

/** The open pools of this process, weakly held, and who is told of them. Thread-safe. */
final class OpenPools {
    private static final Set<MemoryPool> POOLS =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private OpenPools() {}

    /** In a class of its own: looked for when there is a pool to tell of. */
    private static final class Listeners {
        private static final List<PoolListener> ALL = load();

        private static List<PoolListener> load() {
            List<PoolListener> found = new ArrayList<>();
            Iterator<PoolListener> services =
                    ServiceLoader.load(PoolListener.class, PoolListener.class.getClassLoader()).iterator();
            while (true) {
                try {
                    if (!services.hasNext()) {
                        return List.copyOf(found);
                    }
                    found.add(services.next());
                } catch (ServiceConfigurationError e) {
                    log("a listener can't be loaded", e);
                }
            }
        }
    }

    static void opened(MemoryPool pool) {
        POOLS.add(pool);
        for (PoolListener listener : Listeners.ALL) {
            try {
                listener.opened(pool);
            } catch (RuntimeException e) {
                log("a listener failed at the opening of pool '" + pool.name() + "'", e);
            }
        }
    }

    static void closed(MemoryPool pool) {
        POOLS.remove(pool);
    }

    static List<MemoryPool> all() {
        synchronized (POOLS) {
            return POOLS.stream().filter(pool -> !pool.isClosed()).toList();
        }
    }

    private static void log(String what, Throwable thrown) {
        System.getLogger("dev.ashlar").log(WARNING, what, thrown);
    }
}
