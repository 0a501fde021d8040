package dev.ashlar.bench.space;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.ashlar.space.BitmapSpace;
import dev.ashlar.space.SpaceAllocator;
import dev.ashlar.space.SpacePolicy;
import org.jspecify.annotations.Nullable;

/** Replays a script over the space that it names, and checks at the end, or every so often, that the space has exactly what is live. */
public final class SpaceReplay {
    private final SpaceScript script;
    private final String name;
    private final String policy;
    private final Target target;
    private final int validateEvery;
    private final List<SpaceReport.Placed> placements = new ArrayList<>();
    private final List<SpaceReport.Refused> refusals = new ArrayList<>();
    private final Set<String> refusedNames = new HashSet<>();

    private int frees;
    private int skippedFrees;
    private int validations;
    private long peakUsed;

    private SpaceReplay(SpaceScript script, String name, @Nullable SpacePolicy policyInstead, int validateEvery)
            throws ScriptException {
        SpacePolicy spacePolicy = policyInstead != null ? policyInstead
                : script.policy() != null ? script.policy() : SpacePolicy.FIRST_FIT;
        this.script = script;
        this.name = name;
        this.policy = script.kind() == SpaceKind.VOLUMES ? script.placement().name() : spacePolicy.name();
        this.target = target(script, spacePolicy);
        this.validateEvery = validateEvery;
    }

    /**
     * Reads a script, and replays it.
     *
     * @param file the script, in UTF-8
     * @param kind what it is replayed over in the place of what it names, or null
     * @param policy of extents or a bitmap, in the place of the one that it names, or null
     * @param validateEvery so many requests the space is validated; 0 for once at the end
     * @return what was done
     * @throws IOException if the file can't be read
     * @throws ScriptException if it is no script, or the space went wrong; the message names the line
     */
    public static SpaceReport run(Path file, @Nullable SpaceKind kind, @Nullable SpacePolicy policy, int validateEvery)
            throws IOException, ScriptException {
        SpaceScript script;
        try (BufferedReader text = Files.newBufferedReader(file)) {
            script = SpaceScript.read(text, kind);
        } catch (CharacterCodingException e) {
            throw new ScriptException(file.getFileName() + ": not a text (expected: lines in UTF-8)");
        }
        if (policy != null && script.kind() == SpaceKind.VOLUMES) {
            throw new ScriptException("policy " + policy
                    + " over a set of volumes (expected: extents or a bitmap; requests to a set name their own)");
        }
        return new SpaceReplay(script, String.valueOf(file.getFileName()), policy, validateEvery).run();
    }

    private static BitmapSpace bitmap(long units, SpacePolicy policy) throws ScriptException {
        if (units / Byte.SIZE > Runtime.getRuntime().maxMemory() / 2) {
            throw new ScriptException(
                    "space bitmap: " + units + " units (expected: as many as half the Java heap has bits for, "
                            + Runtime.getRuntime().maxMemory() / 2 * Byte.SIZE + ")");
        }
        try {
            return BitmapSpace.builder(units).policy(policy).build();
        } catch (IllegalArgumentException e) {
            throw new ScriptException("space bitmap: " + e.getMessage());
        }
    }

    private static Target target(SpaceScript script, SpacePolicy policy) throws ScriptException {
        return switch (script.kind()) {
            case EXTENTS -> {
                long limit = script.capacity() < 0 ? Long.MAX_VALUE : script.start() + script.capacity();
                SpaceAllocator space =
                        SpaceAllocator.builder().start(script.start()).limit(limit).policy(policy).build();
                yield new RangeTarget(space, script.start(), space::endOfSpace);
            }
            case BITMAP -> new RangeTarget(bitmap(script.capacity(), policy), 0, script::capacity);
            case VOLUMES -> new VolumeTarget(script.placement());
        };
    }

    private SpaceReport run() throws ScriptException {
        int done = 0;
        for (Step step : script.steps()) {
            serve(step);
            peakUsed = Math.max(peakUsed, target.used());
            done++;
            if (validateEvery > 0 && done % validateEvery == 0) {
                validate(step.line());
            }
        }
        validate(script.steps().isEmpty() ? 1 : script.steps().getLast().line());
        return new SpaceReport(
                name, script.kind(), policy, script.steps().size(), frees, skippedFrees, placements, refusals,
                target.map(), peakUsed, target.fragmentation(), validations);
    }

    private void serve(Step step) throws ScriptException {
        switch (step) {
            case Step.Range range -> allocate(step, range.name(), range.length());
            case Step.Extents extents -> allocate(step, extents.name(), extents.extents());
            case Step.FreeRange free -> free(step, free.name());
            case Step.FreeExtents free -> free(step, free.name());
            case Step.RemoveSource source -> {
                Target.Answer answer = target.serve(step);
                if (answer.isRefused()) {
                    refusals.add(new SpaceReport.Refused(step.line(), source.name(), answer.refusal()));
                }
            }
            case Step.AddSource source -> target.serve(source);
            case Step.Allocatable source -> target.serve(source);
        }
    }

    private void allocate(Step step, String allocation, long requested) throws ScriptException {
        if (target.isLive(allocation)) {
            throw new ScriptException(step.line(),
                    "allocate " + allocation + ": live already (expected: a new name, or one that was freed)");
        }
        Target.Answer answer = target.serve(step);
        if (answer.isRefused()) {
            refusals.add(new SpaceReport.Refused(step.line(), allocation, answer.refusal()));
            refusedNames.add(allocation);
        } else {
            placements.add(new SpaceReport.Placed(step.line(), allocation, requested, answer.parts()));
            refusedNames.remove(allocation);
        }
    }

    /** What was refused can't be freed; the script could not know. */
    private void free(Step step, String allocation) throws ScriptException {
        if (!target.isLive(allocation) && refusedNames.contains(allocation)) {
            skippedFrees++;
        } else {
            target.serve(step);
            frees++;
        }
    }

    private void validate(int line) throws ScriptException {
        try {
            target.validate();
            validations++;
        } catch (IllegalStateException e) {
            throw new ScriptException(line, "after it the space is not sound: " + e.getMessage(), e);
        }
    }
}
