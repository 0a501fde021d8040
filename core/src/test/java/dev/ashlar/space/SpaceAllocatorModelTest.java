package dev.ashlar.space;

import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random operations on a space that grows, against {@link SpaceOracle}; {@code -Dashlar.seed=N} runs a seed again. */
class SpaceAllocatorModelTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    private static final int START = 13;
    private static final int LIMIT = 3000;

    @ParameterizedTest
    @EnumSource
    void operations_random_agreeWithOracle(SpacePolicy policy) {
        for (boolean threadSafe : new boolean[] {false, true}) {
            run(policy, threadSafe, 200, LIMIT, 12_000);
        }
    }

    @ParameterizedTest
    @EnumSource
    void operations_manySmallExtents_agreeWithOracle(SpacePolicy policy) {
        run(policy, false, 3, 20 * LIMIT, 20_000);
    }

    private static void run(SpacePolicy policy, boolean threadSafe, int maxLength, int limit, int operations) {
        System.out.printf("growing space: %s, at most %d long, seed %d%n", policy, maxLength, SEED);
        SpaceAllocator space =
                SpaceAllocator.builder().start(START).limit(limit).policy(policy).threadSafe(threadSafe).build();
        SpaceOracle oracle = new SpaceOracle(START, limit, true);
        SpaceModel model = new SpaceModel(space, oracle, START, limit, maxLength, new Random(SEED));
        model.run(operations, maxLength < 10 ? 1000 : 50);
        if (maxLength > 10) {
            model.assertMetAll();
        }
    }

    @Test
    void setPolicy_atAnyMoment_agreesWithOracle() {
        System.out.printf("growing space: changing policy, seed %d%n", SEED);
        Random random = new Random(SEED);
        SpaceAllocator space = SpaceAllocator.builder().start(START).limit(LIMIT).build();
        SpaceModel model = new SpaceModel(space, new SpaceOracle(START, LIMIT, true), START, LIMIT, 40, random);
        List<SpacePolicy> policies = List.of(SpacePolicy.values());
        for (int i = 0; i < 300; i++) {
            space.setPolicy(policies.get(random.nextInt(policies.size())));
            model.run(1 + random.nextInt(60), 20);
        }
    }
}
