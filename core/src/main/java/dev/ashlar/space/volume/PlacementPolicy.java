package dev.ashlar.space.volume;

/**
 * Where the extents of a leg may lie; the strictest first. A request is tried with the strictest, which places as much as it permits, and what is left with the
 * next, up to the policy that the request allows.
 *
 * <p>Under all but {@link #ANYWHERE} no two legs have the same source at the same position, so one source that fails takes one leg's data at
 * most. At different positions they may.
 *
 * <p>Source: lvm(8), section ALLOCATION.
 */
public enum PlacementPolicy {
    /** Each extent of a leg is adjacent to the one before: one run per leg, which begins where the placement that it is beside ends. */
    CONTIGUOUS,

    /** Each extent of a leg is on a source that an earlier extent of the leg is on. Without something to be beside: one source per leg. */
    CLING,

    /** Each extent of a leg is on a source of a {@linkplain VolumeRequest.Builder#domains domain} that an earlier extent of the leg is in. */
    CLING_BY_TAGS,

    /** Any source that no other leg has at the same position. The default. */
    NORMAL,

    /** Any free extents, two legs on one source included. */
    ANYWHERE
}
