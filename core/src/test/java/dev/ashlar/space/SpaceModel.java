package dev.ashlar.space;

import java.util.List;
import java.util.Random;

import dev.ashlar.InvalidFreeException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A space and its oracle: does the same random things to both, and compares each answer. */
final class SpaceModel {
    private static final int MAX_ALIGNMENT_SHIFT = 6;

    private final Space space;
    private final SpaceOracle oracle;
    private final Random random;
    private final int start;
    private final int limit;
    private final int maxLength;
    private int exhausted;
    private int refused;
    private int served;

    SpaceModel(Space space, SpaceOracle oracle, int start, int limit, int maxLength, Random random) {
        this.space = space;
        this.oracle = oracle;
        this.start = start;
        this.limit = limit;
        this.maxLength = maxLength;
        this.random = random;
    }

    void run(int operations, int compareEvery) {
        for (int i = 0; i < operations; i++) {
            // Phases in which the space fills, and in which it empties.
            boolean fills = i / 512 % 2 == 0;
            int kind = random.nextInt(100);
            if (kind < (fills ? 50 : 25)) {
                allocate();
            } else if (kind < (fills ? 80 : 85)) {
                free();
            } else if (kind < 95) {
                allocateAt();
            } else {
                query();
            }
            compareFigures();
            if (i % compareEvery == 0) {
                compareAll();
            }
        }
        compareAll();
    }

    /** That the run met what it is to test. */
    void assertMetAll() {
        assertTrue(served > 0 && exhausted > 0 && refused > 0,
                () -> "served " + served + ", exhausted " + exhausted + ", refused " + refused
                        + " (expected: each more than 0)");
    }

    /** Short ones and long ones: each doubling is as likely as any other. */
    private int length() {
        int doublings = Integer.SIZE - Integer.numberOfLeadingZeros(maxLength);
        return Math.min(maxLength, 1 + random.nextInt(1 << random.nextInt(doublings + 1)));
    }

    private void allocate() {
        int length = length();
        int alignment = random.nextInt(3) == 0 ? 1 << random.nextInt(MAX_ALIGNMENT_SHIFT + 1) : 1;
        int expected = oracle.place(space.policy(), length, alignment);
        if (expected == SpaceOracle.NONE) {
            SpaceExhaustedException e = assertThrows(SpaceExhaustedException.class,
                    () -> space.allocate(length, alignment));
            assertEquals(length, e.requestedLength());
            assertEquals(alignment, e.alignment());
            assertEquals(limit - start - oracle.usedLength(), e.freeLength());
            exhausted++;
            return;
        }
        assertEquals(expected, alignment == 1 ? space.allocate(length) : space.allocate(length, alignment),
                () -> space.policy() + " of " + length + " aligned to " + alignment);
        oracle.allocated(expected, length);
        served++;
    }

    private void allocateAt() {
        int offset = random.nextInt(limit + 2);
        int length = length();
        boolean expected = oracle.contains(offset, length) && oracle.isFree(offset, length);
        assertEquals(expected, space.allocateAt(offset, length));
        if (expected) {
            oracle.allocatedAt(offset, length);
        }
    }

    /** As a rule a part of an extent, sometimes any range. */
    private void free() {
        List<Extent> extents = oracle.extents();
        int offset = random.nextInt(limit + 2);
        int length = length();
        if (!extents.isEmpty() && random.nextInt(8) != 0) {
            Extent extent = extents.get(random.nextInt(extents.size()));
            boolean whole = random.nextInt(3) == 0;
            offset = (int) extent.offset() + (whole ? 0 : random.nextInt((int) extent.length()));
            length = whole ? (int) extent.length() : Math.min(length, (int) extent.end() - offset);
        }
        if (oracle.isUsed(offset, length)) {
            space.free(offset, length);
            oracle.freed(offset, length);
        } else {
            int from = offset;
            int count = length;
            assertThrows(InvalidFreeException.class, () -> space.free(from, count));
            refused++;
        }
    }

    private void query() {
        int offset = random.nextInt(limit + 2);
        int length = random.nextInt(maxLength);
        assertEquals(length > 0 && !oracle.isFree(offset, length), space.isAllocated(offset, length),
                () -> "isAllocated " + Requests.range(offset, offset + length));
    }

    private void compareFigures() {
        assertEquals(oracle.usedLength(), space.usedLength());
        assertEquals(oracle.bound() - start - oracle.usedLength(), space.freeLength());
        if (space instanceof SpaceAllocator growing && oracle.grows()) {
            assertEquals(oracle.end(), growing.endOfSpace());
        }
    }

    private void compareAll() {
        space.validate();
        List<Extent> free = oracle.free();
        assertEquals(oracle.extents(), space.extents());
        assertEquals(free, space.freeExtents());
        long largest = free.stream().mapToLong(Extent::length).max().orElse(0);
        assertEquals(largest, space.largestFree());
        double expected = free.isEmpty() ? 0 : 1 - (double) largest / space.freeLength();
        assertEquals(expected, space.fragmentation(), 1e-12);
    }
}
