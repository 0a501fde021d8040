package dev.ashlar.fit;

import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

class MaxTreeTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 16, 17, 100})
    void operations_random_agreeWithArray(int size) {
        Random random = new Random(size);
        MaxTree tree = new MaxTree(size);
        int[] numbers = new int[size];
        for (int i = 0; i < 20_000; i++) {
            int index = random.nextInt(size);
            int value = random.nextInt(1 + random.nextInt(50));
            switch (random.nextInt(3)) {
                case 0 -> {
                    tree.raise(index, value);
                    numbers[index] = Math.max(numbers[index], value);
                }
                case 1 -> {
                    tree.set(index, value);
                    numbers[index] = value;
                }
                default -> {
                    if (random.nextInt(200) == 0) {
                        tree.clear();
                        Arrays.fill(numbers, 0);
                    }
                }
            }
            assertEquals(numbers[index], tree.get(index));
            assertEquals(Arrays.stream(numbers).max().orElseThrow(), tree.max());
            int from = random.nextInt(size + 2);
            int wanted = 1 + random.nextInt(50);
            assertEquals(firstAtLeast(numbers, from, wanted), tree.firstAtLeast(from, wanted));
        }
    }

    private static int firstAtLeast(int[] numbers, int from, int wanted) {
        for (int i = from; i < numbers.length; i++) {
            if (numbers[i] >= wanted) {
                return i;
            }
        }
        return MaxTree.NONE;
    }
}
