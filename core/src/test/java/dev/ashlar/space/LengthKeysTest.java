package dev.ashlar.space;

import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Keys against what they stand for; {@code -Dashlar.seed=N} runs a seed again. */
class LengthKeysTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());

    @Test
    void of_disjointExtents_isOrderedByLengthThenOffset() {
        System.out.printf("length keys: seed %d%n", SEED);
        Random random = new Random(SEED);
        for (int i = 0; i < 1_000_000; i++) {
            long first = number(random);
            long second = random.nextInt(3) == 0 ? first : random.nextBoolean() ? first + 1 : number(random);
            if (first > Long.MAX_VALUE - second) {
                continue;
            }
            long room = Long.MAX_VALUE - first - second;
            long gap = random.nextInt(4) == 0 ? 0 : Math.min(room, number(random));
            long low = room == gap ? 0 : Math.min(room - gap, number(random) - 1);
            assertOrdered(low, first, low + first + gap, second);
            assertOrdered(low, second, low + second + gap, first);
        }
    }

    private static void assertOrdered(long low, long lowLength, long high, long highLength) {
        long lowKey = LengthKeys.of(lowLength, low);
        long highKey = LengthKeys.of(highLength, high);
        boolean wantsUnique = lowLength != highLength || (lowLength < 1L << 32 && high < 1L << 57);
        int expected = lowLength == highLength ? (wantsUnique ? -1 : 0) : Long.compare(lowLength, highLength);
        int found = Long.compare(lowKey, highKey);
        assertTrue(found == expected || (!wantsUnique && found == -1), () -> "keys of " + new Extent(low, lowLength)
                + " and " + new Extent(high, highLength) + ": " + found + " (expected: " + expected + ")");
        assertTrue(LengthKeys.of(lowLength, 0) <= lowKey && lowKey >= 0, () -> "key of " + new Extent(low, lowLength));
        assertEquals(Math.min(lowLength, LengthKeys.LONGEST), LengthKeys.length(lowKey));
        assertEquals(Math.min(highLength, LengthKeys.LONGEST), LengthKeys.length(highKey));
    }

    /** From 1 on, of any number of bits as likely as of any other, and often at the edge between two. */
    private static long number(Random random) {
        long power = 1L << random.nextInt(Long.SIZE - 1);
        return switch (random.nextInt(4)) {
            case 0 -> power;
            case 1 -> power | (power - 1);
            default -> power | random.nextLong(power);
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, (1L << 32) - 1, 1L << 32, (1L << 32) + 1, 1L << 62, Long.MAX_VALUE})
    void length_ofEdges_isThatOfTheKey(long length) {
        assertEquals(Math.min(length, LengthKeys.LONGEST), LengthKeys.length(LengthKeys.of(length, 0)));
        assertEquals(Math.min(length, LengthKeys.LONGEST),
                LengthKeys.length(LengthKeys.of(length, Long.MAX_VALUE - length)));
    }
}
