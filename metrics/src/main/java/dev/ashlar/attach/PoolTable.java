package dev.ashlar.attach;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.attach.AttachException.Reason;
import org.jspecify.annotations.Nullable;

/** The attachable pools of this process, held weakly, with a number each: names need not differ. Thread-safe. */
final class PoolTable {
    private static final char NUMBER_MARK = '#';

    private final List<Entry> entries = new ArrayList<>();
    private int last;

    private record Entry(int number, WeakReference<MemoryPool> reference) {
        @Nullable
        Numbered open() {
            MemoryPool pool = reference.get();
            return pool == null || pool.isClosed() ? null : new Numbered(number, pool);
        }
    }

    /**
     * A pool that is open.
     *
     * @param number from 1 on, in the order in which pools were opened
     */
    record Numbered(int number, MemoryPool pool) {
        /** What tells it from others. */
        private String key(List<Numbered> all) {
            long namesakes = all.stream().filter(other -> other.pool.name().equals(pool.name())).count();
            return namesakes == 1 ? pool.name() : NUMBER_MARK + Integer.toString(number) + " (" + pool.name() + ")";
        }
    }

    synchronized void add(MemoryPool pool) {
        entries.removeIf(entry -> entry.open() == null);
        entries.add(new Entry(++last, new WeakReference<>(pool)));
    }

    /** Those that are open, in the order in which they were opened. */
    synchronized List<Numbered> open() {
        return entries.stream().map(Entry::open).filter(Objects::nonNull).toList();
    }

    synchronized boolean isEmpty() {
        entries.removeIf(entry -> entry.open() == null);
        return entries.isEmpty();
    }

    /**
     * The pool that is meant.
     *
     * @param name a pool's, or {@code #} and its number; null for the only one
     * @throws AttachException if none is, or several may be
     */
    Numbered find(@Nullable String name) throws AttachException {
        List<Numbered> all = open();
        List<Numbered> found = all.stream().filter(entry -> name == null || isMeant(entry, name)).toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        String keys = all.stream().map(entry -> entry.key(all)).collect(Collectors.joining(", "));
        if (all.isEmpty()) {
            throw new AttachException(Reason.NO_POOL, "no open pool that can be attached to");
        }
        if (found.isEmpty()) {
            throw new AttachException(Reason.NO_POOL, "pool: " + name + " (expected: " + keys + ")");
        }
        throw new AttachException(Reason.WHICH_POOL, name == null
                ? all.size() + " pools (expected: the name of one: " + keys + ")"
                : "pool: " + name + ", " + found.size() + " of them (expected: the number of one: " + keys + ")");
    }

    private static boolean isMeant(Numbered entry, String name) {
        return entry.pool().name().equals(name) || name.equals(NUMBER_MARK + Integer.toString(entry.number()));
    }
}
