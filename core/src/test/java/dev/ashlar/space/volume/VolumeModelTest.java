package dev.ashlar.space.volume;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

import dev.ashlar.space.volume.VolumeSearch.Disk;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Random histories of small sets against a bit for each extent and a search of everything. Each run prints its seed; {@code -Dashlar.seed=N} repeats it.
 */
class VolumeModelTest {
    private static final int HISTORIES = 250;
    private static final int OPERATIONS = 40;
    private static final String[] TAGS = {"x", "y", "z"};
    private static final Tier[] TIERS = Tier.values();
    private static final PlacementPolicy[] POLICIES = PlacementPolicy.values();

    @Test
    void histories_random_placementsAreAllowedAndRefusalsAreRight() {
        long seed = Long.getLong("ashlar.seed", new SplittableRandom().nextLong());
        System.out.println("VolumeModelTest: -Dashlar.seed=" + seed);
        Random random = new Random(seed);
        int placed = 0;
        int refused = 0;
        for (int history = 0; history < HISTORIES; history++) {
            VolumeModel model = new VolumeModel();
            int count = 1 + random.nextInt(5);
            for (int i = 0; i < count; i++) {
                addDisk(model, random, "d" + i);
            }
            for (int i = 0; i < OPERATIONS; i++) {
                try {
                    switch (random.nextInt(10)) {
                        case 0, 1 -> freeSome(model, random);
                        case 2, 3 -> freePiece(model, random);
                        case 4 -> changeSources(model, random, count + i);
                        case 5 -> restoreSome(model, random);
                        default -> {
                            if (model.allocate(request(model, random))) {
                                placed++;
                            } else {
                                refused++;
                            }
                        }
                    }
                    model.compare();
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError(
                            "seed " + seed + ", history " + history + ", operation " + i + ": " + e.getMessage(), e);
                }
            }
        }
        assertTrue(placed > HISTORIES && refused > HISTORIES,
                placed + " placed, " + refused + " refused (expected: many of both)");
    }

    private static void addDisk(VolumeModel model, Random random, String name) {
        Set<String> tags = new TreeSet<>();
        for (String tag : TAGS) {
            if (random.nextInt(4) == 0) {
                tags.add(tag);
            }
        }
        model.add(name, 1 + random.nextInt(9), TIERS[random.nextInt(random.nextBoolean() ? 1 : TIERS.length)], tags);
    }

    private static void freeSome(VolumeModel model, Random random) {
        if (!model.placements.isEmpty()) {
            model.free(some(model.placements, random));
        }
    }

    private static void freePiece(VolumeModel model, Random random) {
        if (!model.placements.isEmpty()) {
            Placement placement = some(model.placements, random);
            model.free(placement, some(model.set.remaining(placement).pieces().toList(), random));
        }
    }

    private static void restoreSome(VolumeModel model, Random random) {
        if (!model.placements.isEmpty()) {
            model.restore(some(model.placements, random));
        }
    }

    private static void changeSources(VolumeModel model, Random random, int number) {
        Disk disk = some(model.disks, random);
        if (random.nextBoolean()) {
            model.setAllocatable(disk, !disk.isAllocatable);
        } else if (disk.taken.isEmpty() && model.disks.size() > 1) {
            model.remove(disk);
        } else if (model.disks.size() < 6) {
            addDisk(model, random, "e" + number);
        }
    }

    private static VolumeRequest request(VolumeModel model, Random random) {
        List<Placement> whole = model.placements.stream()
                .filter(placement -> model.set.remaining(placement).legs().stream()
                        .noneMatch(leg -> leg.pieces().isEmpty()))
                .toList();
        Placement beside = random.nextInt(3) == 0 && !whole.isEmpty() ? some(whole, random) : null;
        int stripes = 1 + random.nextInt(2);
        int copies = 1 + random.nextInt(2);
        int parity = 0;
        if (beside != null) {
            stripes = beside.layout().stripes();
            copies = beside.layout().copies();
            parity = beside.layout().parity();
        } else if (random.nextInt(4) == 0) {
            parity = 1 + random.nextInt(2);
            stripes = parity + 1;
            copies = 1;
        }
        PlacementPolicy policy = POLICIES[random.nextInt(POLICIES.length)];
        VolumeRequest.Builder builder = VolumeRequest.ofExtents((long) stripes * (1 + random.nextInt(5)))
                .stripes(stripes)
                .copies(copies)
                .parity(parity)
                .policy(policy);
        if (beside != null) {
            builder.beside(beside);
        } else if (random.nextInt(3) == 0) {
            builder.metadataExtents(1 + random.nextInt(2));
        }
        if (policy != PlacementPolicy.ANYWHERE && copies + parity > 1 && random.nextInt(3) == 0) {
            builder.apartByDomain();
        }
        if (random.nextInt(3) == 0) {
            builder.domains(TAGS[random.nextInt(TAGS.length)], "x");
        }
        if (random.nextInt(4) == 0) {
            builder.approximate();
        }
        switch (random.nextInt(6)) {
            case 0 -> builder.tiers(Tier.FAST);
            case 1 -> builder.tiers(Tier.ARCHIVE, Tier.FAST);
            case 2 -> builder.tiers(Tier.CAPACITY, Tier.ARCHIVE, Tier.FAST);
            default -> {
                // All tiers alike.
            }
        }
        return builder.build();
    }

    private static <T> T some(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }
}
