package dev.ashlar.bench.space;

import java.util.List;

/**
 * What a replay did.
 *
 * @param script the file's name
 * @param kind of the space
 * @param policy that served it
 * @param requests of the script: allocations, frees, and changes of sources
 * @param frees that were done
 * @param skippedFrees of allocations that were refused before
 * @param placements all that were served, in order
 * @param refusals all that were not
 * @param spaces the space, or each source, as it was at the end
 * @param peakUsed the most units that were allocated at a time
 * @param fragmentation of all spaces at the end
 * @param validations how often the space validated itself
 */
public record SpaceReport(
        String script,
        SpaceKind kind,
        String policy,
        int requests,
        int frees,
        int skippedFrees,
        List<Placed> placements,
        List<Refused> refusals,
        List<Mapped> spaces,
        long peakUsed,
        double fragmentation,
        int validations) {
    /**
     * A request that was served.
     *
     * @param line of the script
     * @param name of the allocation
     * @param requested the units that it asked for
     * @param parts that it got
     */
    public record Placed(int line, String name, long requested, List<Part> parts) {}

    /**
     * A request that was not served.
     *
     * @param line of the script
     * @param name of the allocation, or of the source
     * @param reason what stood in the way
     */
    public record Refused(int line, String name, String reason) {}

    /**
     * A space, or a source.
     *
     * @param name of the source; empty for the one space
     * @param note tier and tags, or empty
     * @param start its first unit
     * @param end behind its last unit; of a space without limit, where it ends now
     * @param free units
     * @param largestFree the longest run of them
     * @param count how many parts there are
     * @param parts what is allocated, by offset, with its owner; of a space with many, fewer and larger ones may stand for them
     */
    public record Mapped(String name, String note, long start, long end, long free, long largestFree,
            long count, List<Owned> parts) {
        /** Units that are allocated. */
        public long used() {
            return end - start - free;
        }

        /** External fragmentation, {@code 1 - largest free run / total free}: 0 if that is one run, or nothing. */
        public double fragmentation() {
            return free == 0 ? 0 : 1 - (double) largestFree / free;
        }
    }

    /**
     * A range and the allocation that it is part of.
     *
     * @param part the range
     * @param owner the allocation's name
     */
    public record Owned(Part part, String owner) {}

    /** How many requests were refused. */
    public int refused() {
        return refusals.size();
    }

    /** Units in use at the end. */
    long used() {
        return spaces.stream().mapToLong(Mapped::used).sum();
    }

    /** Units that are free at the end. */
    long free() {
        return spaces.stream().mapToLong(Mapped::free).sum();
    }

    /** The longest free run of all spaces. */
    long largestFree() {
        return spaces.stream().mapToLong(Mapped::largestFree).max().orElse(0);
    }

    /** The name that a space has in texts. */
    static String shown(String name) {
        return name.isEmpty() ? "space" : name;
    }
}
