package dev.ashlar.management;

import java.lang.reflect.Type;
import java.util.function.BiConsumer;
import java.util.function.Function;

import javax.management.openmbean.OpenMBeanAttributeInfoSupport;
import javax.management.openmbean.OpenType;

import dev.ashlar.arenas.MemoryPool;
import org.jspecify.annotations.Nullable;

/**
 * An attribute of a pool's bean.
 *
 * @param name of it
 * @param description for whoever looks at it
 * @param type of its values, before they are shown as {@link OpenTypes} has them
 * @param value reads it
 * @param change sets it to an open value; null if it can't be set
 */
record BeanAttribute(
        String name,
        String description,
        Type type,
        Function<MemoryPool, @Nullable Object> value,
        @Nullable BiConsumer<MemoryPool, Object> change) {
    static BeanAttribute readOnly(
            String name, String description, Type type, Function<MemoryPool, @Nullable Object> value) {
        return new BeanAttribute(name, description, type, value, null);
    }

    @Nullable
    Object read(MemoryPool pool) {
        return OpenTypes.show(value.apply(pool), type);
    }

    /**
     * Sets it.
     *
     * @throws IllegalArgumentException if it is read-only, or the value of another type
     */
    void write(MemoryPool pool, @Nullable Object to) {
        OpenType<?> open = OpenTypes.typeOf(type);
        if (change == null) {
            throw new IllegalArgumentException(name + ": read-only (expected: an attribute that can be set)");
        }
        if (to == null || !open.isValue(to)) {
            throw new IllegalArgumentException("%s: %s (expected: %s)".formatted(name, to, open.getTypeName()));
        }
        change.accept(pool, to);
    }

    OpenMBeanAttributeInfoSupport info() {
        return new OpenMBeanAttributeInfoSupport(
                name, description, OpenTypes.typeOf(type), true, change != null, false);
    }
}
