package dev.ashlar.management;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.InvalidAttributeValueException;
import javax.management.MBeanException;
import javax.management.MBeanInfo;
import javax.management.ReflectionException;
import javax.management.openmbean.OpenMBeanAttributeInfo;
import javax.management.openmbean.OpenMBeanConstructorInfo;
import javax.management.openmbean.OpenMBeanInfoSupport;
import javax.management.openmbean.OpenMBeanOperationInfo;

import dev.ashlar.arenas.MemoryPool;
import org.jspecify.annotations.Nullable;

/**
 * A pool as an open management bean: what it is, from tables of attributes and operations. What it throws are the JDK's own exceptions, as a client need not
 * have classes of this project. Thread-safe.
 */
final class PoolBean implements DynamicMBean {
    private final String poolName;
    private final WeakReference<MemoryPool> pool;
    private final Map<String, BeanAttribute> attributes = new LinkedHashMap<>();
    private final List<BeanOperation> operations;

    PoolBean(MemoryPool pool) {
        poolName = pool.name();
        this.pool = new WeakReference<>(pool);
        PoolOperations actions = new PoolOperations();
        List<BeanAttribute> all = new ArrayList<>(PoolAttributes.settings());
        all.addAll(PoolAttributes.figures());
        all.addAll(actions.attributes());
        all.forEach(each -> attributes.put(each.name(), each));
        operations = actions.all();
    }

    private MemoryPool pool() {
        MemoryPool open = pool.get();
        if (open == null || open.isClosed()) {
            throw new IllegalStateException("pool '%s' is closed (expected: open)".formatted(poolName));
        }
        return open;
    }

    @Override
    public @Nullable Object getAttribute(String name) throws AttributeNotFoundException {
        BeanAttribute found = attribute(name);
        try {
            return found.read(pool());
        } catch (RuntimeException e) {
            throw known(e);
        }
    }

    private BeanAttribute attribute(String name) throws AttributeNotFoundException {
        BeanAttribute found = attributes.get(name);
        if (found == null) {
            throw new AttributeNotFoundException(
                    "attribute: %s (expected: one of %s)".formatted(name, attributes.keySet()));
        }
        return found;
    }

    @Override
    public void setAttribute(Attribute to) throws AttributeNotFoundException, InvalidAttributeValueException {
        BeanAttribute found = attribute(to.getName());
        try {
            found.write(pool(), to.getValue());
        } catch (IllegalArgumentException e) {
            throw (InvalidAttributeValueException) new InvalidAttributeValueException(e.getMessage()).initCause(e);
        } catch (RuntimeException e) {
            throw known(e);
        }
    }

    /** Those that can be read. */
    @Override
    public AttributeList getAttributes(String[] names) {
        AttributeList list = new AttributeList();
        for (String name : names) {
            try {
                list.add(new Attribute(name, getAttribute(name)));
            } catch (AttributeNotFoundException | RuntimeException e) {
                // Left out, as the contract has it.
            }
        }
        return list;
    }

    /** Those that could be set. */
    @Override
    public AttributeList setAttributes(AttributeList to) {
        AttributeList list = new AttributeList();
        for (Attribute each : to.asList()) {
            try {
                setAttribute(each);
                list.add(each);
            } catch (AttributeNotFoundException | InvalidAttributeValueException | RuntimeException e) {
                // Left out, as the contract has it.
            }
        }
        return list;
    }

    @Override
    public @Nullable Object invoke(String name, @Nullable Object @Nullable [] arguments, String @Nullable [] signature)
            throws MBeanException, ReflectionException {
        String[] types = signature == null ? new String[0] : signature;
        BeanOperation found = operation(name, types);
        try {
            return found.run(pool(), arguments == null ? new Object[0] : arguments);
        } catch (RuntimeException e) {
            throw known(e);
        } catch (Exception e) {
            throw new MBeanException(e, e.getMessage());
        }
    }

    private BeanOperation operation(String name, String[] signature) throws ReflectionException {
        for (BeanOperation each : operations) {
            if (each.name().equals(name) && each.takes(signature)) {
                return each;
            }
        }
        throw new ReflectionException(
                new NoSuchMethodException(
                        name + List.of(signature) + " (expected: an operation that the bean describes)"));
    }

    /** The same in a class that every client has. */
    private static RuntimeException known(RuntimeException e) {
        boolean foreign = e.getClass().getName().startsWith("dev.ashlar.");
        Throwable cause = e.getCause();
        if (!foreign && cause == null) {
            return e;
        }
        RuntimeException plain =
                e instanceof IllegalArgumentException
                        ? new IllegalArgumentException(e.getMessage())
                        : new IllegalStateException(e.getMessage());
        plain.setStackTrace(e.getStackTrace());
        return plain;
    }

    @Override
    public MBeanInfo getMBeanInfo() {
        return new OpenMBeanInfoSupport(
                PoolBean.class.getName(),
                "A pool of off-heap memory",
                attributes.values().stream().map(BeanAttribute::info).toArray(OpenMBeanAttributeInfo[]::new),
                new OpenMBeanConstructorInfo[0],
                operations.stream().map(BeanOperation::info).toArray(OpenMBeanOperationInfo[]::new),
                null);
    }
}
