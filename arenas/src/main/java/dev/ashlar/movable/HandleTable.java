package dev.ashlar.movable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.BitSet;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.lock.LockRank;

import static dev.ashlar.movable.Entry.COPIED;
import static dev.ashlar.movable.Entry.GENERATION_MASK;
import static dev.ashlar.movable.Entry.IN_TRANSIT;
import static dev.ashlar.movable.Entry.LIVE;
import static dev.ashlar.movable.Entry.ONE_PIN;
import static dev.ashlar.movable.Entry.PINS_MASK;
import static dev.ashlar.movable.Entry.UNITS_MASK;

/**
 * What handles stand for: an {@link Entry} of two words each, in chunks that are used again, and given back when they are empty.
 *
 * <p><b>Pins take no lock and wait for nothing</b>: a block that is just being copied to another place is pinned where it stands, and the copy is not
 * taken. Allocating and freeing entries, and what counts them, are under this object's monitor.
 *
 * <p><b>Old handles.</b> A generation is one more each time an entry is freed, and begins at a number that the pool's secret and the entry
 * choose, so that a handle of another pool is refused like one that is stale: one in 262,144 is missed. Generations change under the
 * monitor only, and never while an entry is live; a pin looks at them before and after its exchange.
 */
public final class HandleTable {
    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);
    static final int CHUNK_SHIFT = 12;
    private static final int CHUNK_ENTRIES = 1 << CHUNK_SHIFT;
    private static final int MAX_CHUNKS = 1 << 30;

    /** In place of a chunk that was given back. */
    private static final long[] GONE = {};

    private final String poolName;
    private final long base;
    private final long secret;

    /** Word and info of each entry, one after the other. Replaced when it grows; a chunk stays the same array until it is gone. */
    private volatile long[][] chunks = {};

    // Guarded by this.
    private final BitSet withRoom = new BitSet();
    private final BitSet gone = new BitSet();
    private long[] firstFree = {};
    private int[] used = {};
    private int[] firstGeneration = {};
    private int incarnations;
    private long live;
    private long liveBytes;
    private long frees;

    /** How a walk finds the entry that a block's back reference leads to. */
    enum Standing {
        MOVABLE, PINNED, IN_TRANSIT, DAMAGED
    }

    /**
     * No handle yet.
     *
     * @param poolName for messages
     * @param base address of the first region
     * @param secret that generations begin with
     */
    public HandleTable(String poolName, long base, long secret) {
        this.poolName = poolName;
        this.base = base;
        this.secret = secret;
    }

    // Allocating and freeing

    /** An entry in transit for a block of so many bytes. */
    public synchronized long reserve(long bytes) {
        assert LockRank.HANDLES.mayEnter();
        int chunk = withRoom.nextSetBit(0);
        if (chunk < 0) {
            chunk = addChunk();
        }
        long[] entries = chunks[chunk];
        int at = (int) (2 * (firstFree[chunk] - 1));
        firstFree[chunk] = entries[at];
        if (entries[at] == 0) {
            withRoom.clear(chunk);
        }
        used[chunk]++;
        live++;
        liveBytes += bytes;
        int generation = Entry.generationOf(entries[at + 1]);
        WORDS.setOpaque(entries, at + 1, Entry.info(generation, bytes));
        WORDS.setRelease(entries, at, IN_TRANSIT);
        return Entry.handle(((long) chunk << CHUNK_SHIFT) + (at >> 1), generation);
    }

    private int addChunk() {
        int chunk = gone.nextSetBit(0);
        if (chunk < 0) {
            chunk = chunks.length;
            if (chunk == MAX_CHUNKS) {
                throw new IllegalStateException(
                        "pool '%s': %d handles (expected: fewer)".formatted(poolName, (long) chunk << CHUNK_SHIFT));
            }
            int length = chunk + 1;
            firstFree = Arrays.copyOf(firstFree, length);
            used = Arrays.copyOf(used, length);
            firstGeneration = Arrays.copyOf(firstGeneration, length);
        }
        int generation = mix(++incarnations);
        long[] entries = new long[2 * CHUNK_ENTRIES];
        for (int i = 0; i < CHUNK_ENTRIES; i++) {
            entries[2 * i] = i + 1 == CHUNK_ENTRIES ? 0 : i + 2;
            entries[2 * i + 1] = Entry.info(generation, 0);
        }
        long[][] more = Arrays.copyOf(chunks, Math.max(chunks.length, chunk + 1));
        more[chunk] = entries;
        firstFree[chunk] = 1;
        firstGeneration[chunk] = generation;
        gone.clear(chunk);
        withRoom.set(chunk);
        chunks = more;
        return chunk;
    }

    /** A keyed number for a chunk's generations (Steele, Lea and Flood, 2014: the finalizer of SplitMix). */
    private int mix(long incarnation) {
        long mixed = (secret ^ base) + incarnation * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return (int) (mixed >>> 40) & GENERATION_MASK;
    }

    /** The block of an entry in transit is there: from now on the handle is good. */
    public void publish(long handle, long block) {
        WORDS.setVolatile(chunks[chunkOf(handle)], at(handle), LIVE | unitsOf(block));
    }

    /**
     * Takes a handle out of use, so that its block can be freed.
     *
     * @return the block
     * @throws InvalidFreeException if the handle is not live
     * @throws IllegalStateException if it is pinned
     */
    public synchronized long beginFree(long handle) {
        assert LockRank.HANDLES.mayEnter();
        long[] entries = entriesOf(handle, "free");
        int at = at(handle);
        while (true) {
            long word = issuedWord(entries, at, handle, "free");
            if (Entry.pins(word) != 0) {
                throw new IllegalStateException("pool '%s': free of movable block 0x%x with %d pins (expected: none)"
                        .formatted(poolName, handle, Entry.pins(word)));
            }
            if (WORDS.compareAndSet(entries, at, word, IN_TRANSIT | (word & UNITS_MASK))) {
                return addressOf(word);
            }
        }
    }

    /** The block could not be freed, and nothing has changed. */
    public void abortFree(long handle, long block) {
        publish(handle, block);
    }

    /** There was no block for an entry in transit. */
    public void cancel(long handle) {
        reuse(handle);
    }

    /** The block of an entry in transit is no more: the entry may be used again. */
    public synchronized void release(long handle) {
        assert LockRank.HANDLES.mayEnter();
        reuse(handle);
        frees++;
    }

    private synchronized void reuse(long handle) {
        assert LockRank.HANDLES.mayEnter();
        int chunk = chunkOf(handle);
        long[] entries = chunks[chunk];
        int at = at(handle);
        liveBytes -= Entry.bytesOf(entries[at + 1]);
        live--;
        WORDS.setOpaque(entries, at + 1, Entry.info((Entry.generation(handle) + 1) & GENERATION_MASK, 0));
        WORDS.setRelease(entries, at, firstFree[chunk]);
        firstFree[chunk] = (at >> 1) + 1L;
        withRoom.set(chunk);
        if (--used[chunk] == 0 && withRoom.cardinality() > 1) {
            drop(chunk);
        }
    }

    /** Late threads that hold the array find all of its entries free, for good. */
    private void drop(int chunk) {
        long[][] fewer = chunks.clone();
        fewer[chunk] = GONE;
        withRoom.clear(chunk);
        gone.set(chunk);
        chunks = fewer;
    }

    // Pinning

    /**
     * Pins a block: it stays where it is until it is unpinned as often.
     *
     * @return the block
     * @throws InvalidFreeException if the handle is not live
     * @throws IllegalStateException if it has 1,048,575 pins
     */
    public long pin(long handle) {
        long[] entries = entriesOf(handle, "pin");
        int at = at(handle);
        long word = issuedWord(entries, at, handle, "pin");
        while (true) {
            if ((word & PINS_MASK) == PINS_MASK) {
                throw new IllegalStateException("pool '%s': movable block 0x%x has %d pins (expected: fewer)"
                        .formatted(poolName, handle, Entry.pins(word)));
            }
            long found = (long) WORDS.compareAndExchange(entries, at, word, (word & ~COPIED) + ONE_PIN);
            if (found == word) {
                break;
            }
            word = issuedWord(entries, at, handle, "pin");
        }
        if (generationAt(entries, at) != Entry.generation(handle)) {
            // Freed and allocated again between the look and the exchange: the pin is another handle's.
            takePinBack(entries, at);
            throw refused(handle, "pin");
        }
        return addressOf(word);
    }

    private static void takePinBack(long[] entries, int at) {
        long word;
        do {
            word = (long) WORDS.getVolatile(entries, at);
        } while (!WORDS.compareAndSet(entries, at, word, word - ONE_PIN));
    }

    /**
     * Takes one pin back.
     *
     * @throws InvalidFreeException if the handle is not live
     * @throws IllegalStateException if it has no pin
     */
    public void unpin(long handle) {
        long[] entries = entriesOf(handle, "unpin");
        int at = at(handle);
        long word;
        do {
            word = issuedWord(entries, at, handle, "unpin");
            if ((word & PINS_MASK) == 0) {
                throw new IllegalStateException(
                        "pool '%s': unpin of movable block 0x%x with 0 pins (expected: 1 at least)"
                                .formatted(poolName, handle));
            }
        } while (!WORDS.compareAndSet(entries, at, word, word - ONE_PIN));
    }

    /** How many pins a handle has. */
    public int pins(long handle) {
        return Entry.pins(issuedWord(entriesOf(handle, "pins"), at(handle), handle, "pins"));
    }

    /** How many bytes were asked for. */
    public long requestedBytes(long handle) {
        long[] entries = entriesOf(handle, "size");
        int at = at(handle);
        issuedWord(entries, at, handle, "size");
        return Entry.bytesOf((long) WORDS.getOpaque(entries, at + 1));
    }

    // Moving

    /** What the entry that a block's back reference leads to says of the block; under the arena's lock. */
    Standing standing(long handle, long block) {
        long index = Entry.index(handle);
        long[][] all = chunks;
        if (index < 0 || index >> CHUNK_SHIFT >= all.length || all[chunkOf(handle)].length == 0) {
            return Standing.DAMAGED;
        }
        long[] entries = all[chunkOf(handle)];
        int at = at(handle);
        long word = (long) WORDS.getVolatile(entries, at);
        if (generationAt(entries, at) != Entry.generation(handle)) {
            return Standing.DAMAGED;
        }
        if (Entry.isInTransit(word)) {
            return Standing.IN_TRANSIT;
        }
        if (!Entry.isLive(word) || addressOf(word) != block) {
            return Standing.DAMAGED;
        }
        return Entry.pins(word) == 0 ? Standing.MOVABLE : Standing.PINNED;
    }

    /** How many bytes were asked for a block; under the arena's lock, which who frees the entry must have had. */
    long bytesOf(long handle) {
        return Entry.bytesOf((long) WORDS.getOpaque(chunks[chunkOf(handle)], at(handle) + 1));
    }

    /** A copy of a block is about to be made; false if it is pinned, or being freed. */
    boolean beginMove(long handle, long block) {
        long word = LIVE | unitsOf(block);
        return WORDS.compareAndSet(chunks[chunkOf(handle)], at(handle), word, word | COPIED);
    }

    /** From now on the copy is the block; false if it was pinned or freed since the move began. */
    boolean endMove(long handle, long from, long to) {
        return WORDS.compareAndSet(
                chunks[chunkOf(handle)], at(handle), LIVE | COPIED | unitsOf(from), LIVE | unitsOf(to));
    }

    // Finding entries

    static int chunkOf(long handle) {
        return (int) (Entry.index(handle) >> CHUNK_SHIFT);
    }

    static int at(long handle) {
        return (int) (2 * (Entry.index(handle) & (CHUNK_ENTRIES - 1)));
    }

    private long addressOf(long word) {
        return base + ((word & UNITS_MASK) << BlockLayout.UNIT_SHIFT);
    }

    private long unitsOf(long block) {
        return (block - base) >>> BlockLayout.UNIT_SHIFT;
    }

    static long wordAt(long[] entries, int at) {
        return (long) WORDS.getVolatile(entries, at);
    }

    static int generationAt(long[] entries, int at) {
        return Entry.generationOf((long) WORDS.getOpaque(entries, at + 1));
    }

    /** The chunk that a handle from outside leads to. */
    private long[] entriesOf(long handle, String action) {
        long index = Entry.index(handle);
        long[][] all = chunks;
        if (index < 0 || index >> CHUNK_SHIFT >= all.length) {
            throw refused(handle, action);
        }
        long[] entries = all[(int) (index >> CHUNK_SHIFT)];
        if (entries.length == 0) {
            throw refused(handle, action);
        }
        return entries;
    }

    private long issuedWord(long[] entries, int at, long handle, String action) {
        long word = (long) WORDS.getVolatile(entries, at);
        if (!Entry.isLive(word) || generationAt(entries, at) != Entry.generation(handle)) {
            throw refused(handle, action);
        }
        return word;
    }

    private synchronized InvalidFreeException refused(long handle, String action) {
        assert LockRank.HANDLES.mayEnter();
        return HandleDiagnosis.explain(poolName, chunks, firstGeneration, handle, action);
    }

    // Counting

    /** How many handles are live, or in transit. */
    public synchronized long live() {
        assert LockRank.HANDLES.mayEnter();
        return live;
    }

    /** How many bytes were asked for by those. */
    public synchronized long liveBytes() {
        assert LockRank.HANDLES.mayEnter();
        return liveBytes;
    }

    /** How often a handle was freed. */
    public synchronized long frees() {
        assert LockRank.HANDLES.mayEnter();
        return frees;
    }

    /** Bytes of the table on the Java heap. */
    public synchronized long tableBytes() {
        assert LockRank.HANDLES.mayEnter();
        return (chunks.length - gone.cardinality()) * 2L * CHUNK_ENTRIES * Long.BYTES;
    }

    /**
     * Recomputes what is counted, from the entries. O(entries).
     *
     * @return entries that are live, and not in transit
     * @throws HeapCorruptionException if a count or a list of free entries is not as it must be
     */
    public synchronized long validate() {
        assert LockRank.HANDLES.mayEnter();
        return EntryValidator.validate(chunks, used, firstFree, withRoom, live, liveBytes);
    }
}
