package dev.ashlar.fit;

import static dev.ashlar.block.Links.next;
import static dev.ashlar.block.Links.previous;
import static dev.ashlar.block.Links.setNext;
import static dev.ashlar.block.Links.setPrevious;

/**
 * The doubly linked lists of the bins with one size: last in, first out, so that what is reused is still in the processor's caches.
 *
 * <p>All operations are O(1). {@link #remove} expects that {@link #check} passed, and writes nothing that could fail half way.
 */
final class FreeList {
    private final long[] heads;
    private final LinkCheck links;

    FreeList(long[] heads, LinkCheck links) {
        this.heads = heads;
        this.links = links;
    }

    /** Puts a block in front; whether it is the only one. */
    boolean push(int bin, long block) {
        long head = heads[bin];
        setNext(block, head);
        setPrevious(block, 0);
        heads[bin] = block;
        if (head == 0) {
            return true;
        }
        setPrevious(head, block);
        return false;
    }

    /**
     * Takes the first block of a list that holds some.
     *
     * @throws dev.ashlar.HeapCorruptionException if the second does not lead back to it; nothing has changed then
     */
    long pop(int bin) {
        long block = heads[bin];
        long next = next(block);
        if (next != 0) {
            links.expect(next, "previous", previous(links.follow(block, "next", next)), block);
            setPrevious(next, 0);
        }
        heads[bin] = next;
        return block;
    }

    /**
     * Checks that both neighbours in the list agree that this block is between them.
     *
     * @throws dev.ashlar.HeapCorruptionException if they don't
     */
    void check(int bin, long block) {
        long next = next(block);
        if (next != 0) {
            links.expect(next, "previous", previous(links.follow(block, "next", next)), block);
        }
        long previous = previous(block);
        if (previous == 0) {
            links.expect(block, "previous of a list that begins at", heads[bin], block);
        } else {
            links.expect(previous, "next", next(links.follow(block, "previous", previous)), block);
        }
    }

    void remove(int bin, long block) {
        long next = next(block);
        long previous = previous(block);
        if (previous == 0) {
            heads[bin] = next;
        } else {
            setNext(previous, next);
        }
        if (next != 0) {
            setPrevious(next, previous);
        }
    }

    /** How many blocks a list holds, for the validator; more than {@code most} means that it leads in a circle. */
    long count(int bin, long most) {
        long found = 0;
        for (long block = heads[bin]; block != 0 && found <= most; block = next(block)) {
            check(bin, block);
            found++;
        }
        return found;
    }
}
