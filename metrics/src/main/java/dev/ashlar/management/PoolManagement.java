package dev.ashlar.management;

import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

import dev.ashlar.arenas.MemoryPool;

/**
 * A pool's management bean in a server: figures as attributes, care as operations, all in open types, so that any client shows them.
 *
 * <pre>{@code
 *     PoolManagement bean = PoolManagement.register(pool);     // dev.ashlar:type=MemoryPool,name=query
 * }</pre>
 *
 * <p>Figures are read when they are asked for, at the cost that {@link MemoryPool} states. Whoever may reach the server's connector may do all of
 * it, so secure that. The pool is held weakly; once it is closed, every call of the bean fails with an {@link IllegalStateException}, until the registration is
 * closed. Thread-safe.
 */
public final class PoolManagement implements AutoCloseable {
    private static final String DOMAIN = "dev.ashlar";
    private static final Pattern PLAIN = Pattern.compile("[\\w.;/@#$%&+ -]+");

    private final MBeanServer server;
    private final ObjectName name;
    private final AtomicBoolean closed = new AtomicBoolean();

    private PoolManagement(MBeanServer server, ObjectName name) {
        this.server = server;
        this.name = name;
    }

    /** Registers a pool with the platform's server; see {@link #register(MemoryPool, MBeanServer)}. */
    public static PoolManagement register(MemoryPool pool) {
        return register(pool, ManagementFactory.getPlatformMBeanServer());
    }

    /**
     * Registers a pool as {@code dev.ashlar:type=MemoryPool,name=...}. A name with other characters than a plain one has is quoted ({@link ObjectName#quote}). A second
     * pool of a name gets {@code id=2} besides, and so on.
     *
     * @return takes the bean out again when it is closed
     * @throws IllegalStateException if the pool is closed
     */
    public static PoolManagement register(MemoryPool pool, MBeanServer server) {
        Objects.requireNonNull(server, "server");
        if (pool.isClosed()) {
            throw new IllegalStateException("pool '%s' is closed (expected: open)".formatted(pool.name()));
        }
        PoolBean bean = new PoolBean(pool);
        for (int id = 1;; id++) {
            ObjectName name = objectName(pool.name(), id);
            try {
                server.registerMBean(bean, name);
                return new PoolManagement(server, name);
            } catch (InstanceAlreadyExistsException e) {
                // Taken: the next one.
            } catch (JMException e) {
                throw new IllegalStateException(name + ": " + e.getMessage(), e);
            }
        }
    }

    private static ObjectName objectName(String poolName, int id) {
        String value = PLAIN.matcher(poolName).matches() ? poolName : ObjectName.quote(poolName);
        try {
            return new ObjectName(DOMAIN + ":type=MemoryPool,name=" + value + (id == 1 ? "" : ",id=" + id));
        } catch (MalformedObjectNameException e) {
            throw new IllegalStateException(poolName + ": " + e.getMessage(), e);
        }
    }

    /** The bean's name. */
    public ObjectName objectName() {
        return name;
    }

    /** Takes the bean out of its server. Doing so again does nothing. */
    @Override
    public void close() {
        // Once only: another pool's bean may have the name by then.
        if (closed.getAndSet(true)) {
            return;
        }
        try {
            server.unregisterMBean(name);
        } catch (InstanceNotFoundException e) {
            // Somebody else did.
            return;
        } catch (JMException e) {
            throw new IllegalStateException(name + ": " + e.getMessage(), e);
        }
    }
}
