package dev.ashlar.heap;

import java.util.List;
import java.util.SplittableRandom;

import dev.ashlar.FitPolicy;

/** Drives a model by a seed: mostly small blocks, some that fill regions, in tides that fill the heap and empty it. */
final class RandomOperations {
    private static final long REGION = 1L << 20;
    private static final int MAX_ALIGNMENT_SHIFT = 22;
    private static final List<FitPolicy> POLICIES = List.of(FitPolicy.values());

    private final HeapModel model;
    private final FitPolicy policy;
    private final SplittableRandom random;
    private final long largest;
    private final int tide;
    private boolean rising = true;

    /**
     * Operations on a model.
     *
     * @param model whose policy is left now and then, and returned to
     * @param largest bytes to ask for
     * @param tide after about how many operations the heap is emptied
     */
    RandomOperations(HeapModel model, long seed, long largest, int tide) {
        this.model = model;
        this.largest = largest;
        this.tide = tide;
        policy = model.policy();
        random = new SplittableRandom(seed);
    }

    /** One operation. */
    void next() {
        if (random.nextInt(tide) == 0) {
            freeShare(0.98);
        } else if (random.nextInt(tide / 4) == 0) {
            rising = !rising;
        }
        int choice = random.nextInt(1000);
        if (model.size() == 0 || choice < (rising ? 440 : 300)) {
            allocate();
        } else if (choice < 740) {
            model.free(random.nextInt(model.size()));
        } else if (choice < 840) {
            model.resize(random.nextInt(model.size()), byteSize());
        } else if (choice < 900) {
            model.tryResize(random.nextInt(model.size()), byteSize());
        } else if (choice < 985) {
            long distance = random.nextLong(-2000, 2000);
            long byteSize = random.nextInt(4) == 0 ? random.nextLong(100_000) : random.nextLong(200);
            model.isAllocated(random.nextInt(model.size()), distance, byteSize);
        } else if (choice < 992) {
            maintain();
        } else {
            boolean away = model.policy() != policy;
            model.policy(away ? policy : POLICIES.get(random.nextInt(POLICIES.size())));
        }
    }

    private void allocate() {
        long alignment = random.nextInt(10) == 0 ? 1L << random.nextInt(MAX_ALIGNMENT_SHIFT + 1) : 1;
        if (alignment > 1 << 16 && random.nextInt(4) != 0) {
            alignment >>>= 8;
        }
        if (!model.allocate(byteSize(), alignment, random.nextInt(3) == 0)) {
            freeShare(1.0 / 3);
        }
    }

    private void maintain() {
        switch (random.nextInt(4)) {
            case 0 -> model.coalesce();
            case 1 -> model.trim();
            case 2 -> {
                if (random.nextInt(8) == 0) {
                    model.purge();
                }
            }
            default -> {
                if (random.nextInt(8) == 0) {
                    model.checkAll();
                }
            }
        }
    }

    private void freeShare(double share) {
        for (int left = (int) (model.size() * share); left > 0; left--) {
            model.free(random.nextInt(model.size()));
        }
    }

    private long byteSize() {
        int choice = random.nextInt(1000);
        if (choice < 800) {
            return random.nextLong(601);
        } else if (choice < 945) {
            return random.nextLong(8192);
        } else if (choice < 992) {
            return random.nextLong(100 << 10);
        } else if (choice < 996) {
            // Where a span's end meets a region's.
            return (1 + random.nextInt((int) (largest / REGION))) * REGION - 64 + random.nextLong(128);
        }
        return random.nextLong(largest);
    }
}
