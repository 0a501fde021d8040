package dev.ashlar.space;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

import dev.ashlar.space.VolumeSpaceBuilder.Representation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Best fit where {@link LengthKeys} are not unique: many extents of one length, long or far out; against a search through all that is free.
 * {@code -Dashlar.seed=N} runs a seed again.
 */
class BestFitScaleTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    private static final int OPERATIONS = 3000;

    private static Space volume(long units) {
        return Space.volume(units).policy(SpacePolicy.BEST_FIT).representation(Representation.EXTENTS).build();
    }

    /** Lengths are up to four times 2^shift; at most some 1,000 are in use, and half of them begin above 2^57. */
    @ParameterizedTest
    @ValueSource(ints = {0, 8, 30, 32, 40, 45})
    void allocate_ofLengthsAtAnyScale_takesTheSmallestAndLowest(int shift) {
        System.out.printf("best fit: lengths about 2^%d, seed %d%n", shift, SEED);
        Random random = new Random(SEED);
        Space space = volume(Long.MAX_VALUE);
        List<Extent> held = scatter(space, shift, random);
        for (int i = 0; i < OPERATIONS; i++) {
            if (random.nextBoolean() && !held.isEmpty()) {
                Extent freed = held.remove(random.nextInt(held.size()));
                space.free(freed.offset(), freed.length());
                continue;
            }
            long length = length(shift, random);
            long alignment = random.nextInt(4) == 0 ? 2L << shift : 1;
            long expected = bestOf(space.freeExtents(), length, alignment);
            assertEquals(expected, space.allocate(length, alignment),
                    () -> "of " + length + " aligned to " + alignment);
            held.add(new Extent(expected, length));
            if (i % 500 == 0) {
                space.validate();
            }
        }
        space.validate();
    }

    /** Extents with gaps of few lengths between them, at the lowest offsets and above 2^57. */
    private static List<Extent> scatter(Space space, int shift, Random random) {
        List<Extent> held = new ArrayList<>();
        for (long base : new long[] {0, (1L << 57) - 64, 1L << 62}) {
            long offset = base;
            for (int i = 0; i < 300; i++) {
                long length = length(shift, random);
                assertTrue(space.allocateAt(offset, length));
                held.add(new Extent(offset, length));
                offset += length + length(shift, random);
            }
        }
        return held;
    }

    private static long length(int shift, Random random) {
        return ((1L + random.nextInt(4)) << shift) - (random.nextInt(4) == 0 ? (1L << shift) / 2 : 0);
    }

    private static long bestOf(List<Extent> free, long length, long alignment) {
        return free.stream()
                .filter(extent -> Requests.alignUp(extent.offset(), alignment) <= extent.end() - length)
                .min(Comparator.comparingLong(Extent::length).thenComparingLong(Extent::offset))
                .map(extent -> Requests.alignUp(extent.offset(), alignment))
                .orElseThrow();
    }

    @Test
    void allocate_moreThanHalfOfAllOffsets_findsTheOneThatIsSoLong() {
        Space space = volume(Long.MAX_VALUE);
        long most = LengthKeys.LONGEST + 5;
        assertTrue(space.allocateAt(most, 1));
        assertEquals(-1, space.tryAllocate(most + 1, 1));
        assertEquals(0, space.allocate(most));
        space.validate();
        space.free(0, most);
        assertEquals(0, space.allocate(LengthKeys.LONGEST));
        assertFalse(space.isAllocated(LengthKeys.LONGEST, 5));
        space.validate();
    }
}
