package dev.ashlar.bench.space;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.ashlar.bench.space.SpaceReport.Mapped;
import dev.ashlar.bench.space.SpaceReport.Owned;
import dev.ashlar.space.volume.Layout;
import dev.ashlar.space.volume.Leg;
import dev.ashlar.space.volume.Piece;
import dev.ashlar.space.volume.Placement;
import dev.ashlar.space.volume.PlacementPolicy;
import dev.ashlar.space.volume.PlacementRefusedException;
import dev.ashlar.space.volume.Source;
import dev.ashlar.space.volume.SourceStatus;
import dev.ashlar.space.volume.Tier;
import dev.ashlar.space.volume.VolumeRequest;
import dev.ashlar.space.volume.VolumeSet;

/** A set of volumes. A source's handle is the line that added it. */
final class VolumeTarget implements Target {
    private final VolumeSet<Integer> set = new VolumeSet<>();
    private final PlacementPolicy policy;
    private final Map<String, Placement> live = new LinkedHashMap<>();

    /** {@code policy} is that of requests which name none. */
    VolumeTarget(PlacementPolicy policy) {
        this.policy = policy;
    }

    @Override
    public Answer serve(Step step) throws ScriptException {
        try {
            return switch (step) {
                case Step.Extents extents -> allocate(extents);
                case Step.FreeExtents free -> free(free);
                case Step.AddSource source -> {
                    set.addSource(Source.of(source.name(), source.capacity(), source.line())
                            .tier(source.tier())
                            .tags(source.tags().toArray(String[]::new)));
                    yield Answer.DONE;
                }
                case Step.RemoveSource source -> remove(source);
                case Step.Allocatable source -> {
                    set.setAllocatable(source.name(), source.isAllocatable());
                    yield Answer.DONE;
                }
                default -> throw new IllegalArgumentException("step: " + step + " (expected: one of a set of volumes)");
            };
        } catch (IllegalArgumentException e) {
            throw new ScriptException(step.line(), String.valueOf(e.getMessage()), e);
        }
    }

    private Answer allocate(Step.Extents step) throws ScriptException {
        VolumeRequest.Builder request = VolumeRequest.ofExtents(step.extents())
                .stripes(step.stripes())
                .copies(step.copies())
                .parity(step.parity())
                .metadataExtents(step.metadata())
                .policy(step.policy() == null ? policy : step.policy())
                .tiers(step.tiers().toArray(Tier[]::new))
                .domains(step.domains().toArray(String[]::new));
        if (step.isApart()) {
            request.apartByDomain();
        }
        if (step.isApproximate()) {
            request.approximate();
        }
        if (step.beside() != null) {
            Placement beside = live.get(step.beside());
            if (beside == null) {
                throw new ScriptException(step.line(),
                        "beside=" + step.beside() + ": nothing is left of it (expected: a live placement)");
            }
            request.beside(beside);
        }
        try {
            Placement placement = set.allocate(request.build());
            live.put(step.name(), placement);
            return new Answer(parts(placement.layout()), "");
        } catch (PlacementRefusedException e) {
            return Answer.refused(String.valueOf(e.getMessage()));
        }
    }

    private Answer free(Step.FreeExtents step) throws ScriptException {
        Placement placement = live.get(step.name());
        if (placement == null) {
            throw new ScriptException(step.line(),
                    "free " + step.name() + ": nothing is left of it (expected: a live placement)");
        }
        if (step.source() == null) {
            set.free(placement);
            live.remove(step.name());
            return Answer.DONE;
        }
        List<Piece> left = set.remaining(placement).pieces().toList();
        for (Piece piece : left) {
            if (piece.source().equals(step.source()) && piece.offset() == step.offset()) {
                set.free(placement, piece);
                if (left.size() == 1) {
                    live.remove(step.name());
                }
                return Answer.DONE;
            }
        }
        throw new ScriptException(step.line(), "free " + step.name() + ": no piece begins at " + step.offset() + " of "
                + step.source() + " (expected: one of " + left + ")");
    }

    private Answer remove(Step.RemoveSource step) {
        try {
            set.removeSource(step.name());
            return Answer.DONE;
        } catch (IllegalStateException e) {
            return Answer.refused(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public boolean isLive(String name) {
        return live.containsKey(name);
    }

    @Override
    public long used() {
        return set.usedLength();
    }

    @Override
    public double fragmentation() {
        return set.fragmentation();
    }

    @Override
    public void validate() {
        set.validate();
        if (set.placementCount() != live.size()) {
            throw new IllegalStateException(
                    "placements: " + set.placementCount() + " (expected: " + live.size() + ", as the script has them)");
        }
        Map<String, List<Owned>> owned = owned();
        for (SourceStatus status : set.status()) {
            List<Piece> pieces = set.pieces(status.source());
            List<Owned> expected = owned.getOrDefault(status.source(), List.of());
            boolean isSame = pieces.size() == expected.size();
            for (int i = 0; isSame && i < pieces.size(); i++) {
                isSame = pieces.get(i).offset() == expected.get(i).part().offset()
                        && pieces.get(i).length() == expected.get(i).part().length();
            }
            if (!isSame) {
                throw new IllegalStateException("source " + status.source() + ": " + pieces.size()
                        + " pieces, or elsewhere (expected: " + expected.size() + ", as the script has them)");
            }
        }
    }

    @Override
    public List<Mapped> map() {
        Map<String, List<Owned>> owned = owned();
        List<Mapped> mapped = new ArrayList<>();
        for (SourceStatus status : set.status()) {
            Source<Integer> source = set.source(status.source());
            String tier = source.tier().name().toLowerCase(Locale.ROOT);
            String tags = source.tags().isEmpty() ? "" : ", " + String.join(", ", source.tags());
            List<Owned> parts = owned.getOrDefault(status.source(), List.of());
            mapped.add(new Mapped(
                    status.source(),
                    tier + tags + (status.isAllocatable() ? "" : ", not allocatable"),
                    0,
                    status.capacity(),
                    status.free(),
                    status.largestFree(),
                    parts.size(),
                    parts));
        }
        return mapped;
    }

    /** By source, in the order of their offsets. */
    private Map<String, List<Owned>> owned() {
        Map<String, List<Owned>> owned = new LinkedHashMap<>();
        live.forEach((name, placement) -> parts(set.remaining(placement))
                .forEach(part -> owned.computeIfAbsent(part.source(), _ -> new ArrayList<>())
                        .add(new Owned(part, name))));
        owned.values().forEach(list -> list.sort(Comparator.comparingLong(each -> each.part().offset())));
        return owned;
    }

    private static List<Part> parts(Layout layout) {
        List<Part> parts = new ArrayList<>();
        for (Leg leg : layout.legs()) {
            leg.metadata().forEach(piece -> parts.add(part(leg, piece, Part.Role.METADATA)));
            leg.pieces()
                    .forEach(piece -> parts.add(part(leg, piece, leg.isParity() ? Part.Role.PARITY : Part.Role.DATA)));
        }
        return parts;
    }

    private static Part part(Leg leg, Piece piece, Part.Role role) {
        return new Part(piece.source(), piece.offset(), piece.length(), role, leg.stripe(), leg.copy());
    }
}
