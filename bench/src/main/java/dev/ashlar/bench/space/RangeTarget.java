package dev.ashlar.bench.space;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

import dev.ashlar.bench.space.SpaceReport.Mapped;
import dev.ashlar.bench.space.SpaceReport.Owned;
import dev.ashlar.space.Extent;
import dev.ashlar.space.Space;
import dev.ashlar.space.SpaceExhaustedException;

/** Extents, or a bitmap. It remembers whose is what, which the space does not, and compares the two. */
final class RangeTarget implements Target {
    private final Space space;
    private final long start;
    private final LongSupplier end;
    private final Map<String, Live> live = new LinkedHashMap<>();

    /** {@code end} is behind the last unit that there is now. */
    RangeTarget(Space space, long start, LongSupplier end) {
        this.space = space;
        this.start = start;
        this.end = end;
    }

    /** An allocation: where it began, and what is left of it, by offset. */
    private record Live(long offset, List<Extent> left) {}

    @Override
    public Answer serve(Step step) throws ScriptException {
        return switch (step) {
            case Step.Range range -> allocate(range);
            case Step.FreeRange free -> free(free);
            default -> throw new IllegalArgumentException("step: " + step + " (expected: one of a range)");
        };
    }

    private Answer allocate(Step.Range step) {
        long offset = step.at();
        if (offset >= 0) {
            if (offset > Long.MAX_VALUE - step.length() || !space.allocateAt(offset, step.length())) {
                return Answer
                        .refused("[" + offset + ", " + (offset + step.length()) + ") is not free, or not in the space");
            }
        } else {
            try {
                offset = space.allocate(step.length(), step.alignment());
            } catch (SpaceExhaustedException e) {
                return Answer.refused(String.valueOf(e.getMessage()));
            }
        }
        Extent extent = new Extent(offset, step.length());
        live.put(step.name(), new Live(offset, new ArrayList<>(List.of(extent))));
        return new Answer(List.of(part(extent)), "");
    }

    private Answer free(Step.FreeRange step) throws ScriptException {
        Live allocation = live.get(step.name());
        if (allocation == null) {
            throw new ScriptException(step.line(),
                    "free " + step.name() + ": nothing is left of it (expected: a live allocation)");
        }
        if (step.offset() < 0) {
            allocation.left().forEach(extent -> space.free(extent.offset(), extent.length()));
            live.remove(step.name());
        } else {
            freePart(step, allocation);
        }
        return Answer.DONE;
    }

    private void freePart(Step.FreeRange step, Live allocation) throws ScriptException {
        List<Extent> left = allocation.left();
        for (int i = 0; i < left.size(); i++) {
            Extent extent = left.get(i);
            long offset = allocation.offset() + step.offset();
            if (offset >= extent.offset() && step.length() <= extent.end() - offset) {
                space.free(offset, step.length());
                left.remove(i);
                addUnlessEmpty(left, i, offset + step.length(), extent.end());
                addUnlessEmpty(left, i, extent.offset(), offset);
                if (left.isEmpty()) {
                    live.remove(step.name());
                }
                return;
            }
        }
        throw new ScriptException(step.line(),
                "free " + step.name() + ": " + step.length() + " from its offset " + step.offset()
                        + " are not all its own (expected: a part of what is left, "
                        + left.stream().map(extent -> part(extent).text()).toList() + ")");
    }

    private static void addUnlessEmpty(List<Extent> extents, int index, long from, long to) {
        if (from < to) {
            extents.add(index, new Extent(from, to - from));
        }
    }

    @Override
    public boolean isLive(String name) {
        return live.containsKey(name);
    }

    @Override
    public long used() {
        return space.usedLength();
    }

    @Override
    public double fragmentation() {
        return space.fragmentation();
    }

    @Override
    public void validate() {
        space.validate();
        List<Extent> expected = new ArrayList<>();
        for (Owned owned : owned()) {
            Extent extent = new Extent(owned.part().offset(), owned.part().length());
            if (!expected.isEmpty() && expected.getLast().end() == extent.offset()) {
                Extent before = expected.removeLast();
                extent = new Extent(before.offset(), before.length() + extent.length());
            }
            expected.add(extent);
        }
        List<Extent> found = space.extents();
        if (!found.equals(expected)) {
            throw new IllegalStateException("extents: " + found.size() + ", or elsewhere (expected: " + expected.size()
                    + ", as the script has them)");
        }
    }

    @Override
    public List<Mapped> map() {
        List<Owned> owned = owned();
        return List.of(new Mapped(
                "", "", start, end.getAsLong(), space.freeLength(), space.largestFree(), owned.size(), owned));
    }

    private List<Owned> owned() {
        List<Owned> owned = new ArrayList<>();
        live.forEach(
                (name, allocation) -> allocation.left().forEach(extent -> owned.add(new Owned(part(extent), name))));
        owned.sort(Comparator.comparingLong(each -> each.part().offset()));
        return owned;
    }

    private static Part part(Extent extent) {
        return new Part("", extent.offset(), extent.length(), Part.Role.DATA, 0, 0);
    }
}
