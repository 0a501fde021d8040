package dev.ashlar.bench.whatif;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import dev.ashlar.bench.replay.AllocatorKind;

/**
 * What a pool, or a heap, can be built with.
 *
 * @param allocator the pool or the heap
 * @param policy which free block serves a request
 * @param coalescing when free blocks merge
 */
public record Setting(AllocatorKind allocator, FitPolicy policy, Coalescing coalescing) {
    private static final String FIT = "-fit";

    /**
     * The settings of an allocator with any of some policies.
     *
     * @param allocator one of Ashlar's
     * @param policies to try
     * @return all of them with deferred coalescing, then with immediate
     */
    public static List<Setting> all(AllocatorKind allocator, List<FitPolicy> policies) {
        List<Setting> settings = new ArrayList<>();
        for (Coalescing coalescing : List.of(Coalescing.DEFERRED, Coalescing.IMMEDIATE)) {
            for (FitPolicy policy : policies) {
                settings.add(new Setting(allocator, policy, coalescing));
            }
        }
        return settings;
    }

    /**
     * The allocator as it is called here.
     *
     * @return {@code pool} or {@code heap}
     */
    public String family() {
        return allocator == AllocatorKind.ASHLAR ? "pool" : allocator.displayName();
    }

    /**
     * The policy as options name it.
     *
     * @return such as {@code segregated}
     */
    public String policyName() {
        String name = policy.name().toLowerCase(Locale.ROOT).replace('_', '-');
        return name.endsWith(FIT) ? name.substring(0, name.length() - FIT.length()) : name;
    }

    /**
     * The coalescing mode as options name it.
     *
     * @return {@code deferred} or {@code immediate}
     */
    public String coalescingName() {
        return coalescing.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return policyName() + ", " + coalescingName();
    }
}
