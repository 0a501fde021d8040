package dev.ashlar.bench.space;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

import dev.ashlar.space.SpacePolicy;
import dev.ashlar.space.volume.PlacementPolicy;
import dev.ashlar.space.volume.Tier;
import org.jspecify.annotations.Nullable;

/**
 * A script: what is replayed over what. The whole of it is read and checked before the first request runs.
 *
 * @param kind of the space
 * @param start where it begins; of extents only
 * @param capacity from there on, in units, or -1 if it has no limit or is a set of volumes
 * @param policy of a space, or null
 * @param placement the loosest policy that requests of a set of volumes allow if they do not say it
 * @param steps its requests
 */
record SpaceScript(
        SpaceKind kind, long start, long capacity, @Nullable SpacePolicy policy, PlacementPolicy placement,
        List<Step> steps) {
    /** How a policy of {@code Space} may be cut short. */
    static final String FIT = "_FIT";

    /**
     * Reads a script.
     *
     * @param kindInstead that it is replayed over whatever its header says, or null
     * @throws ScriptException if it is no script; the message names the line
     */
    static SpaceScript read(BufferedReader text, @Nullable SpaceKind kindInstead) throws IOException, ScriptException {
        SpaceScript header = null;
        List<Step> steps = new ArrayList<>();
        int number = 0;
        for (String content = text.readLine(); content != null; content = text.readLine()) {
            ScriptLine line = ScriptLine.of(++number, content);
            if (line == null) {
                continue;
            }
            if (header == null) {
                header = header(line, kindInstead, steps);
            } else {
                steps.add(header.kind == SpaceKind.VOLUMES ? volumeStep(line) : rangeStep(line));
            }
        }
        if (header == null) {
            throw new ScriptException("nothing in the file (expected: a line that begins with: space)");
        }
        return header;
    }

    private static SpaceScript header(ScriptLine line, @Nullable SpaceKind kindInstead, List<Step> steps)
            throws ScriptException {
        String first = line.word("space");
        if (!first.equals("space")) {
            throw line.error(first + " (expected: space extents, space bitmap or space volumes, before anything else)");
        }
        SpaceKind said =
                line.constant("space", line.word("extents, bitmap or volumes"), List.of(SpaceKind.values()), "");
        if (kindInstead != null && (said == SpaceKind.VOLUMES) != (kindInstead == SpaceKind.VOLUMES)) {
            throw line.error("space " + ScriptLine.names(List.of(said), "") + ", replayed over "
                    + ScriptLine.names(List.of(kindInstead), "")
                    + " (expected: extents and bitmap for each other; a set of volumes has requests of its own)");
        }
        SpaceKind kind = kindInstead == null ? said : kindInstead;
        long start = kind == SpaceKind.VOLUMES || said == SpaceKind.BITMAP ? 0 : line.number("start", 0, 0);
        long capacity = kind == SpaceKind.VOLUMES ? -1 : line.number("capacity", 1, -1);
        String policy = line.text("policy");
        line.end();
        if (kind == SpaceKind.BITMAP && (capacity < 0 || start > 0)) {
            throw line.error("a bitmap " + (capacity < 0 ? "without capacity= (expected: its units)"
                    : "with start= (expected: none; its units count from 0)"));
        }
        if (start > Long.MAX_VALUE - Math.max(capacity, 0)) {
            throw line.error(
                    "start= and capacity=: " + start + " and " + capacity + " (expected: an end that a long can hold)");
        }
        return new SpaceScript(
                kind,
                start,
                capacity,
                policy == null || kind == SpaceKind.VOLUMES ? null : spacePolicy(line, policy),
                policy == null || kind != SpaceKind.VOLUMES ? PlacementPolicy.NORMAL : placementPolicy(line, policy),
                steps);
    }

    private static SpacePolicy spacePolicy(ScriptLine line, String policy) throws ScriptException {
        return policy.equalsIgnoreCase("end")
                ? SpacePolicy.END_OF_SPACE
                : line.constant("policy=", policy, List.of(SpacePolicy.values()), FIT);
    }

    private static PlacementPolicy placementPolicy(ScriptLine line, String policy) throws ScriptException {
        return line.constant("policy=", policy, List.of(PlacementPolicy.values()), "");
    }

    private static Step rangeStep(ScriptLine line) throws ScriptException {
        String verb = line.word("allocate or free");
        Step step = switch (verb) {
            case "allocate" -> {
                String name = line.word("a name");
                long length = line.length("length");
                boolean isAligned = line.has("align");
                long alignment = line.number("align", 1, 1);
                long at = line.number("at", 0, -1);
                if (Long.bitCount(alignment) != 1) {
                    throw line.error("align=: " + alignment + " (expected: a power of two)");
                }
                if (isAligned && at >= 0) {
                    throw line.error("align= with at= (expected: one of them)");
                }
                yield new Step.Range(line.number(), name, length, alignment, at);
            }
            case "free" -> {
                String name = line.word("a name");
                boolean isPart = line.has("offset") || line.has("length");
                long offset = line.number("offset", 0, isPart ? 0 : -1);
                long length = line.number("length", 1, -1);
                if (isPart && length < 0) {
                    throw line.error("offset= without length= (expected: both, or none to free all)");
                }
                yield new Step.FreeRange(line.number(), name, offset, length);
            }
            default -> throw line.error(verb + " (expected: allocate or free)");
        };
        line.end();
        return step;
    }

    private static Step volumeStep(ScriptLine line) throws ScriptException {
        String verb = line.word("source, allocate, free, allocatable or remove");
        Step step = switch (verb) {
            case "source" -> source(line);
            case "remove" -> new Step.RemoveSource(line.number(), line.word("a source's name"));
            case "allocatable" -> {
                String name = line.word("a source's name");
                String isAllocatable = line.word("yes or no");
                if (!List.of("yes", "no").contains(isAllocatable)) {
                    throw line.error("allocatable: " + isAllocatable + " (expected: yes or no)");
                }
                yield new Step.Allocatable(line.number(), name, isAllocatable.equals("yes"));
            }
            case "allocate" -> extents(line);
            case "free" -> freeExtents(line);
            default -> throw line.error(verb + " (expected: source, allocate, free, allocatable or remove)");
        };
        line.end();
        return step;
    }

    private static Step source(ScriptLine line) throws ScriptException {
        String name = line.word("a name");
        long capacity = line.length("capacity");
        String tier = line.text("tier");
        return new Step.AddSource(
                line.number(),
                name,
                capacity,
                tier == null ? Tier.CAPACITY : line.constant("tier=", tier, List.of(Tier.values()), ""),
                new LinkedHashSet<>(line.list("tags")));
    }

    private static Step extents(ScriptLine line) throws ScriptException {
        String name = line.word("a name");
        long extents = line.length("extents");
        String policy = line.text("policy");
        List<Tier> tiers = new ArrayList<>();
        for (String tier : line.list("tiers")) {
            tiers.add(line.constant("tiers=", tier, List.of(Tier.values()), ""));
        }
        return new Step.Extents(
                line.number(),
                name,
                extents,
                line.count("stripes", 1),
                line.count("copies", 1),
                line.count("parity", 0),
                line.number("metadata", 0, 0),
                policy == null ? null : placementPolicy(line, policy),
                tiers,
                line.list("domains"),
                line.flag("apart"),
                line.flag("approximate"),
                line.text("beside"));
    }

    private static Step freeExtents(ScriptLine line) throws ScriptException {
        String name = line.word("a name");
        String source = line.text("source");
        long offset = line.number("offset", 0, -1);
        if ((source == null) != (offset < 0)) {
            throw line.error("source= or offset= alone (expected: both, or none to free all)");
        }
        return new Step.FreeExtents(line.number(), name, source, offset);
    }
}
