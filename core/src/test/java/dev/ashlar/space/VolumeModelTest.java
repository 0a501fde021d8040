package dev.ashlar.space;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.ashlar.space.VolumeSpaceBuilder.Representation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random operations on volumes of both representations, against {@link SpaceOracle}: from less than a leaf of the bitmap's tree to more than its
 * lowest level of slabs. {@code -Dashlar.seed=N} runs a seed again.
 */
class VolumeModelTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());

    /** The settings of a run. */
    record Settings(SpacePolicy policy, Representation representation, int units, int maxLength, int operations) {}

    static List<Settings> settings() {
        List<Settings> all = new ArrayList<>();
        for (SpacePolicy policy : SpacePolicy.values()) {
            for (Representation representation : List.of(Representation.BITMAP, Representation.EXTENTS)) {
                all.add(new Settings(policy, representation, 3000, 200, 12_000));
                all.add(new Settings(policy, representation, 64 * 200 + 17, 5, 10_000));
            }
            all.add(new Settings(policy, Representation.BITMAP, 20 * Slab.LEAF_UNITS, 3 * Slab.LEAF_UNITS, 8000));
            all.add(new Settings(policy, Representation.BITMAP, 5 << 20, 1 << 20, 1500));
            all.add(new Settings(policy, Representation.BITMAP, (18 << 21) - 777, 5 << 21, 200));
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("settings")
    void operations_random_agreeWithOracle(Settings settings) {
        System.out.printf("volume: %s, seed %d%n", settings, SEED);
        Space space =
                Space.volume(settings.units).policy(settings.policy).representation(settings.representation).build();
        SpaceOracle oracle = new SpaceOracle(0, settings.units, false);
        SpaceModel model = new SpaceModel(space, oracle, 0, settings.units, settings.maxLength, new Random(SEED));
        model.run(settings.operations, Math.max(50, settings.operations / 20));
        if (settings.operations > 5000 && settings.maxLength > 100) {
            model.assertMetAll();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Representation.class, names = {"BITMAP", "EXTENTS"})
    void setPolicy_atAnyMoment_agreesWithOracle(Representation representation) {
        System.out.printf("volume: %s, changing policy, seed %d%n", representation, SEED);
        Random random = new Random(SEED);
        int units = 3 * Slab.LEAF_UNITS + 100;
        Space space = Space.volume(units).representation(representation).build();
        SpaceModel model = new SpaceModel(space, new SpaceOracle(0, units, false), 0, units, 900, random);
        List<SpacePolicy> policies = List.of(SpacePolicy.values());
        for (int i = 0; i < 300; i++) {
            space.setPolicy(policies.get(random.nextInt(policies.size())));
            model.run(1 + random.nextInt(60), 30);
        }
    }
}
