package dev.ashlar.management;

import java.lang.reflect.Array;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import javax.management.openmbean.ArrayType;
import javax.management.openmbean.CompositeDataSupport;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.SimpleType;

import org.jspecify.annotations.Nullable;

/**
 * Shows Java values as open types, which any management client understands without classes of this project:
 *
 * <pre>
 *     long, int, boolean, double, String   the simple type
 *     enum, Throwable                      its text
 *     Duration                             whole nanoseconds, no more than a long has
 *     record                               composite data, an item for each component
 *     map of an enum                       composite data, an item for each constant
 *     list                                 array
 * </pre>
 *
 * <p>Platform MXBeans do the same for classes with getters; records have none. Stateless.
 */
final class OpenTypes {
    private static final Map<Class<?>, SimpleType<?>> SIMPLE = Map.of(
            long.class, SimpleType.LONG,
            Long.class, SimpleType.LONG,
            int.class, SimpleType.INTEGER,
            Integer.class, SimpleType.INTEGER,
            boolean.class, SimpleType.BOOLEAN,
            Boolean.class, SimpleType.BOOLEAN,
            double.class, SimpleType.DOUBLE,
            String.class, SimpleType.STRING,
            void.class, SimpleType.VOID);

    private OpenTypes() {}

    /** A list of this. */
    static Type listOf(Class<?> element) {
        return new ListOf(element);
    }

    private record ListOf(Class<?> element) implements ParameterizedType {
        @Override
        public Type[] getActualTypeArguments() {
            return new Type[] {element};
        }

        @Override
        public Type getRawType() {
            return List.class;
        }

        @Override
        public @Nullable Type getOwnerType() {
            return null;
        }
    }

    /**
     * The open type by which values of a type are shown.
     *
     * @throws IllegalArgumentException if there is none
     */
    static OpenType<?> typeOf(Type type) {
        try {
            return openType(type);
        } catch (OpenDataException e) {
            throw new IllegalArgumentException("type: " + type + " (expected: one that can be shown)", e);
        }
    }

    private static OpenType<?> openType(Type type) throws OpenDataException {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                return new ArrayType<>(1, openType(arguments[0]));
            }
            if (generic.getRawType() == Map.class && arguments[0] instanceof Class<?> key && key.isEnum()) {
                return composite("map of " + key.getSimpleName(), constants(key), openType(arguments[1]));
            }
        }
        if (type instanceof Class<?> plain) {
            SimpleType<?> simple = simpleType(plain);
            if (simple != null) {
                return simple;
            }
            if (plain.isRecord()) {
                return recordType(plain);
            }
        }
        throw new OpenDataException(type.getTypeName());
    }

    private static @Nullable SimpleType<?> simpleType(Class<?> type) {
        if (type == Duration.class) {
            return SimpleType.LONG;
        }
        boolean text = type.isEnum() || Throwable.class.isAssignableFrom(type);
        return text ? SimpleType.STRING : SIMPLE.get(type);
    }

    private static List<String> constants(Class<?> type) {
        return Arrays.stream(type.getEnumConstants()).map(constant -> ((Enum<?>) constant).name()).toList();
    }

    private static CompositeType composite(String name, List<String> items, OpenType<?> each)
            throws OpenDataException {
        OpenType<?>[] types = new OpenType<?>[items.size()];
        Arrays.fill(types, each);
        String[] names = items.toArray(String[]::new);
        return new CompositeType(name, name, names, names, types);
    }

    private static CompositeType recordType(Class<?> type) throws OpenDataException {
        List<String> names = new ArrayList<>();
        List<OpenType<?>> types = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            names.add(component.getName());
            types.add(openType(component.getGenericType()));
        }
        String[] items = names.toArray(String[]::new);
        return new CompositeType(
                type.getName(), type.getSimpleName(), items, items, types.toArray(OpenType<?>[]::new));
    }

    /** A value of a type, as {@link #typeOf} has it. */
    static @Nullable Object show(@Nullable Object value, Type type) {
        if (value == null) {
            return null;
        }
        OpenType<?> open = typeOf(type);
        try {
            return show(value, type, open);
        } catch (OpenDataException | ReflectiveOperationException e) {
            throw new IllegalStateException(open.getDescription() + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable Object show(@Nullable Object value, Type type, OpenType<?> open)
            throws OpenDataException, ReflectiveOperationException {
        return switch (value) {
            case null -> null;
            case Duration duration -> nanos(duration);
            case Enum<?> constant -> constant.name();
            case Throwable thrown -> thrown.toString();
            case List<?> list -> array(list, (ParameterizedType) type, (ArrayType<?>) open);
            case Map<?, ?> map -> items(map, (ParameterizedType) type, (CompositeType) open);
            case Record row -> items(row, (CompositeType) open);
            default -> value;
        };
    }

    private static long nanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    private static Object array(List<?> list, ParameterizedType type, ArrayType<?> open)
            throws OpenDataException, ReflectiveOperationException {
        OpenType<?> element = open.getElementOpenType();
        Object array = Array.newInstance(Class.forName(element.getClassName()), list.size());
        for (int i = 0; i < list.size(); i++) {
            Array.set(array, i, show(list.get(i), type.getActualTypeArguments()[0], element));
        }
        return array;
    }

    private static Object items(Map<?, ?> map, ParameterizedType type, CompositeType open)
            throws OpenDataException, ReflectiveOperationException {
        Map<String, @Nullable Object> items = new LinkedHashMap<>();
        open.keySet().forEach(name -> items.put(name, null));
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String name = ((Enum<?>) entry.getKey()).name();
            items.put(name, show(entry.getValue(), type.getActualTypeArguments()[1], open.getType(name)));
        }
        return new CompositeDataSupport(open, items);
    }

    private static Object items(Record row, CompositeType open)
            throws OpenDataException, ReflectiveOperationException {
        Map<String, @Nullable Object> items = new LinkedHashMap<>();
        for (RecordComponent component : row.getClass().getRecordComponents()) {
            Object value = component.getAccessor().invoke(row);
            items.put(
                    component.getName(),
                    show(value, component.getGenericType(), open.getType(component.getName())));
        }
        return new CompositeDataSupport(open, items);
    }
}
