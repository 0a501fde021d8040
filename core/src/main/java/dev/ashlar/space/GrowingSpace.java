package dev.ashlar.space;

import dev.ashlar.InvalidFreeException;
import dev.ashlar.InvalidFreeException.Reason;

/**
 * What a {@link SpaceAllocator} does, without its lock.
 *
 * <pre>{@code
 *     start                                                    end                 limit
 *       | in use | free | in use | in use | free | in use      |  not used yet      |
 * }</pre>
 *
 * <p>Invariant: {@code used + free == end - start}, and what lies directly before the end is in use: what becomes free there is given back
 * at once. The end of a volume is its
 * limit, always, and what lies before it may be free.
 */
final class GrowingSpace {
    final String name;
    final long start;
    final long limit;
    private final FreeExtents free;
    private final boolean grows;
    private long end;
    private long cursor;
    private SpacePolicy policy;

    /** A space with these contents, which have been checked. */
    GrowingSpace(String name, SpaceMap map) {
        this.name = name;
        grows = map.kind() == SpaceMap.GROWING;
        start = map.start();
        free = new FreeExtents(start);
        limit = map.limit();
        policy = map.policy();
        end = map.end();
        cursor = map.cursor();
        free.keepSizes(policy == SpacePolicy.BEST_FIT);
        for (Extent extent : map.free()) {
            free.add(extent.offset(), extent.length());
        }
    }

    SpaceMap map() {
        return new SpaceMap(grows ? SpaceMap.GROWING : SpaceMap.VOLUME, policy, start, limit, end, cursor,
                freeExtents());
    }

    /** Where the request was placed, or {@link FreeExtents#NONE}. */
    long tryAllocate(long length, long alignment) {
        Requests.checkLength(length);
        if (policy == SpacePolicy.END_OF_SPACE && alignment == 1 && length <= limit - end) {
            long offset = end;
            end += length;
            cursor = end;
            return offset;
        }
        Requests.checkAlignment(alignment);
        long offset = find(length, alignment);
        if (offset != FreeExtents.NONE) {
            free.take(offset, length);
        } else {
            offset = grow(length, alignment);
            if (offset == FreeExtents.NONE) {
                return offset;
            }
        }
        cursor = offset + length;
        return offset;
    }

    SpaceExhaustedException exhausted(long length, long alignment) {
        long rest = limit - end;
        return SpaceExhaustedException.of(
                name, policy, length, alignment, free.total() + rest, Math.max(free.largest(), rest));
    }

    private long find(long length, long alignment) {
        return switch (policy) {
            case END_OF_SPACE -> grows ? FreeExtents.NONE : free.lastFit(end, length, alignment);
            case FIRST_FIT -> free.firstFit(0, length, alignment);
            case NEXT_FIT -> {
                long offset = free.firstFit(cursor, length, alignment);
                yield offset != FreeExtents.NONE ? offset : free.firstFit(0, length, alignment);
            }
            case BEST_FIT -> free.bestFit(length, alignment);
            case WORST_FIT -> free.worstFit(length, alignment);
        };
    }

    private long grow(long length, long alignment) {
        long offset = Requests.alignUp(end, alignment);
        if (offset < 0 || length > limit - offset) {
            return FreeExtents.NONE;
        }
        growTo(offset, length);
        return offset;
    }

    private void growTo(long offset, long length) {
        if (offset > end) {
            free.add(end, offset - end);
        }
        end = offset + length;
    }

    boolean allocateAt(long offset, long length) {
        Requests.checkRange(offset, length);
        if (offset < start || length > limit - offset) {
            return false;
        }
        if (offset >= end) {
            growTo(offset, length);
        } else if (free.contains(offset, length)) {
            free.take(offset, length);
        } else {
            return false;
        }
        return true;
    }

    void free(long offset, long length) {
        Requests.checkRange(offset, length);
        long firstFree = offset < start || length > end - offset ? FreeExtents.NONE : free.firstFreeIn(offset, length);
        if (firstFree != FreeExtents.NONE) {
            throw new InvalidFreeException(Reason.DOUBLE_FREE, firstFree, name + ": free of "
                    + Requests.range(offset, offset + length) + ": free from " + firstFree
                    + " on (expected: allocated)");
        }
        if (offset < start || length > end - offset) {
            throw new InvalidFreeException(Reason.NOT_FROM_POOL, offset, name + ": free of "
                    + Requests.range(offset, offset + length) + " (expected: a range in " + Requests.range(start, end)
                    + ")");
        }
        if (grows && offset + length == end) {
            end = free.takeEndingAt(offset);
        } else {
            free.add(offset, length);
        }
    }

    /** May be called while another thread makes a change, as {@link FreeExtents#endOfRangeWith}. */
    boolean isAllocated(long offset, long length) {
        long from = Math.max(offset, start);
        long to = Math.min(offset + length, end);
        return from < to && free.endOfRangeWith(from) < to;
    }

    long end() {
        return end;
    }

    long freeLength() {
        return free.total();
    }

    long usedLength() {
        return end - start - free.total();
    }

    long largestFree() {
        return free.largest();
    }

    SpacePolicy policy() {
        return policy;
    }

    void setPolicy(SpacePolicy policy) {
        free.keepSizes(policy == SpacePolicy.BEST_FIT);
        this.policy = policy;
    }

    ExtentList freeExtents() {
        return free.list();
    }

    ExtentList extents() {
        return free.gaps(start, end);
    }

    void validate() {
        if (end < start || end > limit) {
            throw new IllegalStateException(
                    name + ": end " + end + " (expected: between start " + start + " and limit " + limit + ")");
        }
        try {
            // Before the end of a space that grows is something in use.
            free.validate(start, grows ? end - 1 : end);
        } catch (IllegalStateException e) {
            throw new IllegalStateException(name + ": " + e.getMessage(), e);
        }
    }
}
