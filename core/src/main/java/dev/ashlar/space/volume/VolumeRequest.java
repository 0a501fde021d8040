package dev.ashlar.space.volume;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * What is to be placed, and how. Immutable; made by {@link #ofExtents}.
 *
 * @param extents of data, counted once; a multiple of the stripes
 * @param stripes how many legs each copy is dealt out to, evenly
 * @param copies how many times the data is placed
 * @param parity how many legs of parity come on top
 * @param metadataExtents of each leg, directly before its first data
 * @param policy the loosest that is allowed
 * @param tiers that may be used, the preferred first; empty: all, alike
 * @param domainTags the tags that make domains; empty: every tag does
 * @param isApartByDomain whether a domain that fails may cost no data
 * @param isApproximate whether less is acceptable
 * @param beside what it continues, leg by leg, or null
 */
public record VolumeRequest(
        long extents,
        int stripes,
        int copies,
        int parity,
        long metadataExtents,
        PlacementPolicy policy,
        List<Tier> tiers,
        Set<String> domainTags,
        boolean isApartByDomain,
        boolean isApproximate,
        @Nullable Placement beside) {
    /** The most legs that a request may have. */
    public static final int MAX_LEGS = 1024;

    /**
     * Checks all values together.
     *
     * @throws IllegalArgumentException if one is out of its range or contradicts another
     */
    public VolumeRequest {
        Checks.atLeast("extents", extents, 1);
        Checks.inRange("stripes", stripes, 1, MAX_LEGS);
        Checks.inRange("copies", copies, 1, MAX_LEGS);
        Checks.inRange("parity", parity, 0, 2);
        Checks.atLeast("metadataExtents", metadataExtents, 0);
        Objects.requireNonNull(policy, "policy");
        tiers = List.copyOf(tiers);
        domainTags = Set.copyOf(domainTags);
        Checks.inRange("stripes * copies + parity", (int) Math.min((long) stripes * copies + parity, Integer.MAX_VALUE),
                1, MAX_LEGS);
        expect(extents % stripes == 0,
                "extents: " + extents + " (expected: a multiple of the " + stripes + " stripes)");
        int legs = stripes * copies + parity;
        expect(
                extents / stripes <= Long.MAX_VALUE / legs - metadataExtents,
                "extents: " + extents + " on " + legs + " legs with " + metadataExtents
                        + " of metadata each (expected: a sum that a long can hold)");
        expect(parity == 0 || copies == 1,
                "copies: " + copies + " with parity " + parity + " (expected: 1; parity takes the place of copies)");
        expect(parity == 0 || stripes > parity,
                "stripes: " + stripes + " with parity " + parity + " (expected: more than that)");
        expect(tiers.stream().distinct().count() == tiers.size(), "tiers: " + tiers + " (expected: each once)");
        expect(!isApartByDomain || copies > 1 || parity > 0,
                "apartByDomain: without copies or parity (expected: something to keep apart)");
        expect(!isApartByDomain || policy != PlacementPolicy.ANYWHERE,
                "apartByDomain: with ANYWHERE (expected: NORMAL or stricter, which keep legs apart)");
        if (beside != null) {
            Layout prior = beside.layout();
            expect(prior.stripes() == stripes && prior.copies() == copies && prior.parity() == parity,
                    "beside: " + prior.stripes() + " stripes, " + prior.copies() + " copies, " + prior.parity()
                            + " parity (expected: as requested, " + stripes
                            + ", " + copies + ", " + parity + ")");
            expect(metadataExtents == 0, "metadataExtents: " + metadataExtents
                    + " with beside (expected: 0; the metadata is with what it continues)");
        }
    }

    /**
     * Begins a request with one stripe, one copy, no parity, {@link PlacementPolicy#NORMAL}, on any tier.
     *
     * @param extents of data, counted once; at least 1
     */
    public static Builder ofExtents(long extents) {
        return new Builder(extents);
    }

    /** How many legs it has. */
    public int legs() {
        return stripes * copies + parity;
    }

    /** How many extents of data each leg has. */
    public long legLength() {
        return extents / stripes;
    }

    private static void expect(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Settings of a request; each has a default, all are checked together by {@link #build()}. Not thread-safe. */
    public static final class Builder {
        private final long extents;
        private int stripes = 1;
        private int copies = 1;
        private int parity;
        private long metadataExtents;
        private PlacementPolicy policy = PlacementPolicy.NORMAL;
        private List<Tier> tiers = List.of();
        private Set<String> domainTags = Set.of();
        private boolean isApartByDomain;
        private boolean isApproximate;
        private @Nullable Placement beside;

        private Builder(long extents) {
            this.extents = extents;
        }

        /** Parallel areas that the data is dealt out to evenly, on distinct sources; 1 by default. */
        public Builder stripes(int count) {
            stripes = count;
            return this;
        }

        /** How many times all of it is placed, on distinct sources; 1 by default. */
        public Builder copies(int count) {
            copies = count;
            return this;
        }

        /** Parity devices beside the stripes, as long as a stripe: 1 as in RAID 4 and 5, 2 as in RAID 6; 0 by default. */
        public Builder parity(int count) {
            parity = count;
            return this;
        }

        /** Metadata extents of each leg, on its source directly before its first data; 0 by default. */
        public Builder metadataExtents(long count) {
            metadataExtents = count;
            return this;
        }

        /** The loosest policy that is allowed; {@link PlacementPolicy#NORMAL} by default. */
        public Builder policy(PlacementPolicy loosest) {
            policy = loosest;
            return this;
        }

        /**
         * The tiers that may be used, the preferred first. The first alone is tried with every allowed policy before the second is added to it, and so on.
         * By default all may be used, and none is preferred.
         */
        public Builder tiers(Tier... preferredFirst) {
            tiers = Arrays.asList(preferredFirst.clone());
            return this;
        }

        /**
         * The tags that make domains; by default every tag does. Sources with one of them in common are in one domain, and so are those that a chain of such sources
         * connects; any other source is a domain of its own.
         */
        public Builder domains(String... tags) {
            domainTags = new TreeSet<>(Arrays.asList(tags));
            return this;
        }

        /**
         * Keeps legs apart so that a domain that fails costs no data: at any position it has one copy of a stripe at most, or as many legs as there is
         * parity. CLING and CLING_BY_TAGS then continue only a placement whose own legs are in distinct domains throughout, and may miss a placement
         * otherwise.
         */
        public Builder apartByDomain() {
            isApartByDomain = true;
            return this;
        }

        /** Accepts less: as much as the policy permits, a multiple of the stripes, at least one extent for each leg. */
        public Builder approximate() {
            isApproximate = true;
            return this;
        }

        /** Continues a placement of the same set, of as many stripes, copies and parity, leg by leg. */
        public Builder beside(Placement placement) {
            beside = Objects.requireNonNull(placement, "placement");
            return this;
        }

        /**
         * The request.
         *
         * @throws IllegalArgumentException if a value is out of its range or contradicts another
         */
        public VolumeRequest build() {
            return new VolumeRequest(extents, stripes, copies, parity, metadataExtents, policy, tiers, domainTags,
                    isApartByDomain, isApproximate, beside);
        }
    }
}
