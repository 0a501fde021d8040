package dev.ashlar.attach;

import java.util.Objects;

import dev.ashlar.space.Space;
import dev.ashlar.space.volume.VolumeSet;
import dev.ashlar.spill.SpillStore;

/**
 * Shows spaces, sets of volumes and spill files to other processes of the same user: to {@code ./ashlar space}, and to {@link AttachClient#spaces}. Unlike a pool, none is
 * shown by itself.
 *
 * <pre>{@code
 *     try (Publication shown = PublishedSpaces.publish("archive", "blocks", space)) {
 *         ...
 *     }
 * }</pre>
 *
 * <p>What is published is held weakly: it is shown until its publication is closed, it is closed itself, or nothing refers to it any more. The process listens as long as
 * there is such a space, or an attachable pool. Thread-safe.
 */
public final class PublishedSpaces {
    private PublishedSpaces() {}

    /**
     * Shows a space. Its figures are read by other threads: a {@code SpaceAllocator} must have been built thread-safe.
     *
     * @param name which others may have, too
     * @param unit what its lengths count: {@code bytes}, {@code blocks}
     */
    public static Publication publish(String name, String unit, Space space) {
        return publish(AttachServer.ofProcess(), name, unit, space);
    }

    /**
     * Shows a set of volumes.
     *
     * @param name which others may have, too
     */
    public static Publication publish(String name, VolumeSet<?> set) {
        return publish(AttachServer.ofProcess(), name, "extents", set);
    }

    /** Shows a store of spilled blocks by its name. */
    public static Publication publish(SpillStore store) {
        return publish(AttachServer.ofProcess(), store.name(), "bytes", store);
    }

    static Publication publish(AttachServer server, String name, String unit, Object space) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(unit, "unit");
        int number = server.add(name, unit, Objects.requireNonNull(space, "space"));
        return () -> server.spaces().remove(number);
    }

    /** Whether it shows nothing any more. */
    static boolean isClosed(Object space) {
        return space instanceof SpillStore store && store.isClosed();
    }

    /** Of one space; it keeps none of it. */
    @FunctionalInterface
    public interface Publication extends AutoCloseable {
        /** Ends it. Doing so again does nothing. */
        @Override
        void close();
    }
}
