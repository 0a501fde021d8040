package dev.ashlar.bench.whatif;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.ashlar.bench.replay.AllocatorKind;
import dev.ashlar.bench.replay.MachineInfo;
import dev.ashlar.bench.replay.ReplayException;
import dev.ashlar.bench.replay.SettingTrials;
import dev.ashlar.bench.replay.TraceSource;

/**
 * Tries every setting on one trace. A setting that fails, as when memory does not suffice, has a row that says so, and the others are tried all the same.
 */
public final class WhatIf {
    private final TraceSource source;
    private final WhatIfOptions options;
    private final WhatIfListener listener;

    /**
     * Trials that have not run.
     *
     * @param source the trace
     * @param options what to try
     * @param listener hears of progress
     */
    public WhatIf(TraceSource source, WhatIfOptions options, WhatIfListener listener) {
        this.source = source;
        this.options = options;
        this.listener = listener;
    }

    /**
     * Runs the trials, once.
     *
     * @return the report
     * @throws dev.ashlar.trace.TraceFormatException if the file is no well-formed trace
     * @throws IOException if the file can't be read, or a child not be started
     * @throws ReplayException if no setting at all succeeded; it says why the first did not
     * @throws InterruptedException if the thread is interrupted; no child is left
     */
    public WhatIfReport run() throws IOException, ReplayException, InterruptedException {
        List<Setting> settings = options.allocators().stream()
                .flatMap(allocator -> Setting.all(allocator, options.policies()).stream())
                .toList();
        int steps = settings.size() + 1;
        listener.stepStarted(0, steps, source.name() + ": reading the trace");
        try (SettingTrials trials = SettingTrials.open(source, options.maxEvents())) {
            listener.traceRead(trials);
            List<WhatIfRow> rows = new ArrayList<>();
            for (Setting setting : settings) {
                listener.stepStarted(rows.size() + 1, steps, setting.family() + ": " + setting);
                WhatIfRow row = row(trials, setting);
                rows.add(row);
                listener.rowEnded(row);
            }
            checkAny(rows);
            return new WhatIfReport(
                    MachineInfo.current(),
                    source.name(),
                    trials.events(),
                    trials.eventsInFile(),
                    trials.peakRequestedBytes(),
                    rows,
                    recommendations(rows));
        }
    }

    private WhatIfRow row(SettingTrials trials, Setting setting) throws IOException, InterruptedException {
        try {
            return new WhatIfRow(
                    setting,
                    trials.run(
                            setting.allocator(),
                            setting.policy(),
                            options.favour(),
                            setting.coalescing(),
                            options.capacityBytes(),
                            options.passes()),
                    null);
        } catch (ReplayException e) {
            return new WhatIfRow(setting, null, String.valueOf(e.getMessage()));
        }
    }

    private static void checkAny(List<WhatIfRow> rows) throws ReplayException {
        if (rows.stream().allMatch(row -> row.failure() != null)) {
            throw new ReplayException("every setting failed; the first: " + rows.getFirst().failure());
        }
    }

    private List<Recommendation> recommendations(List<WhatIfRow> rows) {
        List<Recommendation> found = new ArrayList<>();
        for (AllocatorKind allocator : options.allocators()) {
            List<WhatIfRow> family = rows.stream()
                    .filter(row -> row.setting().allocator() == allocator)
                    .toList();
            Optional<Recommendation> recommendation = Recommendation.of(family, options.favour());
            recommendation.ifPresent(found::add);
        }
        return found;
    }
}
