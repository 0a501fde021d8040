package dev.ashlar.space;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** What a space must do, worked out from a bit for each offset by the words of {@link SpacePolicy}: slow, and hard to get wrong. */
final class SpaceOracle {
    static final int NONE = -1;

    private final BitSet used = new BitSet();
    private final int start;
    private final int limit;
    private final boolean grows;
    private int cursor;

    SpaceOracle(int start, int limit, boolean grows) {
        this.start = start;
        this.limit = limit;
        this.grows = grows;
        cursor = start;
    }

    /** Where free extents end: at the last extent of a space that grows, else at the limit. */
    int bound() {
        return grows ? end() : limit;
    }

    boolean grows() {
        return grows;
    }

    int end() {
        return Math.max(start, used.length());
    }

    int cursor() {
        return cursor;
    }

    /** Where a request goes, or {@link #NONE}. */
    int place(SpacePolicy policy, int length, int alignment) {
        int offset = switch (policy) {
            case END_OF_SPACE -> NONE;
            case FIRST_FIT -> first(start, length, alignment);
            case NEXT_FIT -> {
                int next = first(cursor, length, alignment);
                yield next != NONE ? next : first(start, length, alignment);
            }
            case BEST_FIT -> chosen(length, alignment, true);
            case WORST_FIT -> chosen(length, alignment, false);
        };
        if (offset == NONE && (grows || policy == SpacePolicy.END_OF_SPACE)) {
            int at = alignUp(end(), alignment);
            return at + length <= limit ? at : NONE;
        }
        return offset;
    }

    private int first(int from, int length, int alignment) {
        for (Extent extent : free()) {
            int at = alignUp((int) Math.max(from, extent.offset()), alignment);
            if (at + length <= extent.end()) {
                return at;
            }
        }
        return NONE;
    }

    private int chosen(int length, int alignment, boolean smallest) {
        Extent best = null;
        for (Extent extent : free()) {
            boolean fits = alignUp((int) extent.offset(), alignment) + length <= extent.end();
            if (fits && (best == null
                    || (smallest ? extent.length() < best.length() : extent.length() > best.length()))) {
                best = extent;
            }
        }
        return best == null ? NONE : alignUp((int) best.offset(), alignment);
    }

    private static int alignUp(int offset, int alignment) {
        return (offset + alignment - 1) / alignment * alignment;
    }

    boolean isFree(int offset, int length) {
        int next = used.nextSetBit(offset);
        return next < 0 || next >= offset + length;
    }

    boolean isUsed(int offset, int length) {
        return used.nextClearBit(offset) >= offset + length;
    }

    boolean contains(int offset, int length) {
        return offset >= start && offset + length <= limit;
    }

    void allocated(int offset, int length) {
        used.set(offset, offset + length);
        cursor = offset + length;
    }

    void allocatedAt(int offset, int length) {
        used.set(offset, offset + length);
    }

    void freed(int offset, int length) {
        used.clear(offset, offset + length);
    }

    int usedLength() {
        return used.cardinality();
    }

    List<Extent> extents() {
        List<Extent> extents = new ArrayList<>();
        for (int from = used.nextSetBit(0); from >= 0;) {
            int to = used.nextClearBit(from);
            extents.add(new Extent(from, to - from));
            from = used.nextSetBit(to);
        }
        return extents;
    }

    List<Extent> free() {
        List<Extent> extents = new ArrayList<>();
        for (int from = used.nextClearBit(start); from < bound();) {
            int to = used.nextSetBit(from);
            if (to < 0 || to > bound()) {
                to = bound();
            }
            extents.add(new Extent(from, to - from));
            from = used.nextClearBit(to);
        }
        return extents;
    }
}
