package dev.ashlar.management;

import java.lang.reflect.Type;
import java.util.List;

import javax.management.MBeanOperationInfo;
import javax.management.openmbean.OpenMBeanOperationInfoSupport;
import javax.management.openmbean.OpenMBeanParameterInfo;
import javax.management.openmbean.OpenMBeanParameterInfoSupport;
import javax.management.openmbean.SimpleType;

import dev.ashlar.arenas.MemoryPool;
import org.jspecify.annotations.Nullable;

/**
 * An operation of a pool's bean.
 *
 * @param name of it
 * @param description for whoever calls it
 * @param parameters in their order
 * @param type of what it returns, before that is shown as {@link OpenTypes} has it
 * @param action does it
 */
record BeanOperation(String name, String description, List<Parameter> parameters, Type type, Action action) {
    /** What an operation does. */
    @FunctionalInterface
    interface Action {
        /** With checked arguments. */
        @Nullable
        Object run(MemoryPool pool, Object[] arguments) throws Exception;
    }

    /** A parameter: its name, what it is, and its type. */
    record Parameter(String name, String description, SimpleType<?> type) {}

    /** Whether a call with these types means this one. */
    boolean takes(String[] signature) {
        return List.of(signature).equals(parameters.stream().map(each -> each.type().getClassName()).toList());
    }

    /**
     * Does it.
     *
     * @throws IllegalArgumentException if an argument is of another type
     */
    @Nullable
    Object run(MemoryPool pool, @Nullable Object[] arguments) throws Exception {
        Object[] checked = new Object[parameters.size()];
        for (int i = 0; i < checked.length; i++) {
            Parameter parameter = parameters.get(i);
            Object argument = i < arguments.length ? arguments[i] : null;
            if (argument == null || !parameter.type().isValue(argument)) {
                throw new IllegalArgumentException("%s: %s (expected: %s)"
                        .formatted(parameter.name(), argument, parameter.type().getTypeName()));
            }
            checked[i] = argument;
        }
        return OpenTypes.show(action.run(pool, checked), type);
    }

    OpenMBeanOperationInfoSupport info() {
        OpenMBeanParameterInfo[] infos = parameters.stream()
                .map(each -> new OpenMBeanParameterInfoSupport(each.name(), each.description(), each.type()))
                .toArray(OpenMBeanParameterInfo[]::new);
        return new OpenMBeanOperationInfoSupport(
                name, description, infos, OpenTypes.typeOf(type), MBeanOperationInfo.ACTION);
    }
}
