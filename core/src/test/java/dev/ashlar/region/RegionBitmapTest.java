package dev.ashlar.region;

import java.util.BitSet;
import java.util.Random;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

class RegionBitmapTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 63, 64, 65, 128, 1000})
    void operations_random_agreeWithBitSet(int size) {
        Random random = new Random(size);
        RegionBitmap bitmap = new RegionBitmap(size);
        BitSet model = new BitSet(size);
        for (int i = 0; i < 20_000; i++) {
            int region = random.nextInt(size);
            if (random.nextInt(100) < 50 + 48 * Integer.signum(i / 2000 % 3 - 1)) {
                bitmap.add(region);
                model.set(region);
            } else {
                bitmap.remove(region);
                model.clear(region);
            }
            assertEquals(model.get(region), bitmap.contains(region));
            assertEquals(model.cardinality(), bitmap.count());
            int from = random.nextInt(size + 2);
            int member = model.nextSetBit(from);
            assertEquals(member < 0 ? RegionBitmap.NONE : member, bitmap.firstFrom(from));
            assertEquals(Math.min(size, model.nextClearBit(Math.min(from, size))), bitmap.firstAbsentFrom(from));
            if (i % 10 == 0) {
                assertEquals(longestRun(model, size), bitmap.longestRun());
            }
        }
    }

    private static int longestRun(BitSet model, int size) {
        int longest = 0;
        int run = 0;
        for (int i = 0; i < size; i++) {
            run = model.get(i) ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        return longest;
    }
}
