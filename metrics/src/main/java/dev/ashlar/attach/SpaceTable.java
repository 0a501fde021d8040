package dev.ashlar.attach;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

import dev.ashlar.attach.AttachException.Reason;
import org.jspecify.annotations.Nullable;

/** The published spaces of this process, held weakly, with a number each: names need not differ. Thread-safe. */
final class SpaceTable {
    private static final char NUMBER_MARK = '#';

    private final List<Entry> entries = new ArrayList<>();
    private int last;

    private record Entry(int number, String name, String unit, WeakReference<Object> reference) {
        @Nullable
        Published live() {
            Object space = reference.get();
            return space == null || PublishedSpaces.isClosed(space) ? null : new Published(number, name, unit, space);
        }
    }

    /**
     * A space that is there.
     *
     * @param number from 1 on, in the order in which spaces were published
     * @param space a space, a set of volumes or a store of spilled blocks
     */
    record Published(int number, String name, String unit, Object space) {
        private String key(List<Published> all) {
            long namesakes = all.stream().filter(other -> other.name.equals(name)).count();
            return namesakes == 1 ? name : NUMBER_MARK + Integer.toString(number) + " (" + name + ")";
        }

        private boolean isMeant(String key) {
            return name.equals(key) || key.equals(NUMBER_MARK + Integer.toString(number));
        }
    }

    /** Takes a space in, and gives its number. */
    synchronized int add(String name, String unit, Object space) {
        entries.removeIf(entry -> entry.live() == null);
        entries.add(new Entry(++last, name, unit, new WeakReference<>(space)));
        return last;
    }

    synchronized void remove(int number) {
        entries.removeIf(entry -> entry.number() == number);
    }

    /** Those that are there, in the order in which they were published. */
    synchronized List<Published> live() {
        return entries.stream().map(Entry::live).filter(Objects::nonNull).toList();
    }

    synchronized boolean isEmpty() {
        entries.removeIf(entry -> entry.live() == null);
        return entries.isEmpty();
    }

    /**
     * The space that is meant.
     *
     * @param key a space's name, or {@code #} and its number
     * @throws AttachException if none is, or several may be
     */
    Published find(String key) throws AttachException {
        List<Published> all = live();
        List<Published> found = all.stream().filter(entry -> entry.isMeant(key)).toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        String keys = all.stream().map(entry -> entry.key(all)).collect(Collectors.joining(", "));
        if (found.isEmpty()) {
            throw new AttachException(Reason.NO_POOL,
                    "space: " + key + " (expected: " + (all.isEmpty() ? "one that is published; none is" : keys) + ")");
        }
        throw new AttachException(Reason.WHICH_POOL,
                "space: " + key + ", " + found.size() + " of them (expected: the number of one: " + keys + ")");
    }
}
