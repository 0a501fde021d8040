package dev.ashlar.space;

import java.lang.reflect.Field;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Reaches into structures to damage them, as a stray write would, and sees what their validators say. */
public final class Damage {
    private Damage() {}

    /** A private field's value. */
    public static <T> T get(Object of, String field, Class<T> type) {
        try {
            return type.cast(field(of, field).get(of));
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    /** Writes a private field. */
    public static void set(Object of, String field, Object value) {
        try {
            field(of, field).set(of, value);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static Field field(Object of, String name) {
        try {
            Field field = of.getClass().getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new AssertionError(e);
        }
    }

    /** That exactly this is what a validator finds. */
    public static void assertFound(String message, Runnable validator) {
        assertEquals(message, assertThrows(IllegalStateException.class, validator::run).getMessage());
    }
}
