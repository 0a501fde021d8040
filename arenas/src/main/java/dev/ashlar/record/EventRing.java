package dev.ashlar.record;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Events of many threads in one order, for one thread that takes them out.
 *
 * <p>A place is claimed by one atomic addition, and the number it gives is both the event's place in the order and its slot in the ring:
 *
 * <pre>{@code
 *     claimed    one atomic addition; negative once the ring is closed
 *     slot       claimed % SLOTS: 8 words, a cache line
 *                | claimed + 1, written last | kind | address | moved | byteSize | alignment | thread | |
 *     taken      slots before this may be written again; told every BATCH events
 *     end        no event from here on; known when the ring is closed
 * }</pre>
 *
 * <p><b>The order is right</b> if an allocation claims after the block was had, and a free before the block is given up: whoever frees a block got its address
 * from who allocated it, and whoever gets the memory next got it from who freed it, so each of these claims comes after the one before it, and atomic additions
 * to one word agree with that.
 *
 * <p>Who finds the ring full waits, as events must not be lost; but not forever: if no room comes for {@link #MAX_PARKS} short parks, the ring is cut where that
 * happened, and takes nothing any more. Waiting is counted and not timed, so a process that was stopped as a whole does not lose its recording.
 *
 * <p>The idea of the claim that is a slot: Thompson, Farley, Barker, Gee and Stewart, <i>Disruptor</i>, 2011.
 */
final class EventRing {
    /** What {@link #claim} answers when nothing is recorded any more. */
    static final long REFUSED = -1;

    /** No event after all: what was to be recorded failed. */
    static final int VOID = 0;
    static final int ALLOCATED = 1;
    static final int FREED = 2;
    static final int RESIZED = 3;

    private static final int SLOT_WORDS = 8;
    private static final int KIND = 1;
    private static final int ADDRESS = 2;
    private static final int MOVED = 3;
    private static final int BYTE_SIZE = 4;
    private static final int ALIGNMENT = 5;
    private static final int THREAD = 6;

    private static final int BATCH = 1 << 10;
    private static final int MAX_SPINS = 100;
    private static final int MAX_PARKS = 4000;
    private static final long PARK_NANOS = 50_000;

    // Far from each other and from whatever is beside the array: two threads that write one line wait for it.
    private static final int CLAIMED = 16;
    private static final int TAKEN = 32;
    private static final int END = 48;
    private static final int CURSOR_WORDS = 64;

    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

    private final int slots;
    private final long[] words;
    private final long[] cursors = new long[CURSOR_WORDS];

    /** The thread that takes events out, to be woken by who waits for room. */
    private volatile @Nullable Thread taker;

    private volatile boolean overflown;

    // Of the taker alone.
    private long position;

    /** So many slots, a power of two that is not below {@link #BATCH}. */
    EventRing(int slots) {
        if (slots < BATCH || Integer.bitCount(slots) != 1) {
            throw new IllegalArgumentException(
                    "slots: %d (expected: a power of two, at least %d)".formatted(slots, BATCH));
        }
        this.slots = slots;
        words = new long[slots * SLOT_WORDS];
        cursors[END] = Long.MAX_VALUE;
    }

    // Any thread

    /** The next place in the order, to be filled by {@link #put}, soon and in any case; or {@link #REFUSED}. */
    long claim() {
        long place = (long) WORDS.getAndAdd(cursors, CLAIMED, 1L);
        if (place < 0) {
            return REFUSED;
        }
        if (place - (long) WORDS.getAcquire(cursors, TAKEN) >= slots && !awaitRoom(place)) {
            cut(place);
            return REFUSED;
        }
        return place;
    }

    private boolean awaitRoom(long place) {
        LockSupport.unpark(taker);
        for (int tries = 0; tries < MAX_SPINS + MAX_PARKS; tries++) {
            if (place - (long) WORDS.getAcquire(cursors, TAKEN) < slots) {
                return true;
            }
            if ((long) WORDS.getAcquire(cursors, END) <= place) {
                return false;
            }
            if (tries < MAX_SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(this, PARK_NANOS);
            }
        }
        return false;
    }

    /** No room came: the order ends before this place, if it does not end earlier. */
    private void cut(long place) {
        lowerEnd(place);
        overflown = true;
        close();
        LockSupport.unpark(taker);
    }

    private void lowerEnd(long place) {
        long end = (long) WORDS.getAcquire(cursors, END);
        while (place < end && !WORDS.compareAndSet(cursors, END, end, place)) {
            end = (long) WORDS.getAcquire(cursors, END);
        }
    }

    /** Fills a place that was claimed. */
    void put(long place, int kind, long address, long moved, long byteSize, long alignment, long thread) {
        int slot = slot(place);
        words[slot + KIND] = kind;
        words[slot + ADDRESS] = address;
        words[slot + MOVED] = moved;
        words[slot + BYTE_SIZE] = byteSize;
        words[slot + ALIGNMENT] = alignment;
        words[slot + THREAD] = thread;
        WORDS.setRelease(words, slot, place + 1);
    }

    /** Takes no more events: claims from now on are refused. What was claimed will be put. */
    void close() {
        long claimed = (long) WORDS.getAcquire(cursors, CLAIMED);
        while (claimed >= 0 && !WORDS.compareAndSet(cursors, CLAIMED, claimed, claimed | Long.MIN_VALUE)) {
            claimed = (long) WORDS.getAcquire(cursors, CLAIMED);
        }
        if (claimed >= 0) {
            lowerEnd(claimed);
        }
    }

    /** Whether it closed itself, since no room came for too long. */
    boolean isOverflown() {
        return overflown;
    }

    // The taker

    /** Says which thread takes events out. */
    void taker(Thread thread) {
        taker = thread;
    }

    /** Whether the next event is there. */
    boolean hasNext() {
        return position < (long) WORDS.getAcquire(cursors, END)
                && (long) WORDS.getAcquire(words, slot(position)) == position + 1;
    }

    /** Whether all events have been taken, and none will come. */
    boolean isDone() {
        return position >= (long) WORDS.getAcquire(cursors, END);
    }

    int kind() {
        return (int) words[slot(position) + KIND];
    }

    long address() {
        return words[slot(position) + ADDRESS];
    }

    long moved() {
        return words[slot(position) + MOVED];
    }

    long byteSize() {
        return words[slot(position) + BYTE_SIZE];
    }

    long alignment() {
        return words[slot(position) + ALIGNMENT];
    }

    long thread() {
        return words[slot(position) + THREAD];
    }

    /** Goes on to the next event. */
    void advance() {
        position++;
        if ((position & (BATCH - 1)) == 0) {
            tellTaken();
        }
    }

    /** Lets others use the slots that were taken until now. */
    void tellTaken() {
        WORDS.setRelease(cursors, TAKEN, position);
    }

    private int slot(long place) {
        return ((int) place & (slots - 1)) * SLOT_WORDS;
    }
}
