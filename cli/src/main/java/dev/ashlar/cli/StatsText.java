package dev.ashlar.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

import dev.ashlar.DefragStatistics;
import dev.ashlar.HeapStatistics;
import dev.ashlar.PoolStatistics;
import dev.ashlar.attach.PoolFigures;
import dev.ashlar.text.ByteSizes;
import org.jspecify.annotations.Nullable;

/** A pool's figures for a person: memory, who has it, what requests met; with rates, if there are earlier figures. */
final class StatsText {
    private static final String LINE = "%-14s%12s   %s";

    private final PoolFigures now;
    private final @Nullable PoolFigures before;
    private final double seconds;
    private final List<String> lines = new ArrayList<>();

    private StatsText(PoolFigures now, @Nullable PoolFigures before, double seconds) {
        this.now = now;
        this.before = before;
        this.seconds = seconds;
    }

    /**
     * The lines.
     *
     * @param before the figures of {@code seconds} ago, or null
     */
    static List<String> lines(PoolFigures now, @Nullable PoolFigures before, double seconds) {
        StatsText text = new StatsText(now, before, seconds);
        text.memory(now.statistics().memory());
        text.requests(now.statistics());
        text.care(now.statistics());
        return text.lines.stream().map(String::stripTrailing).toList();
    }

    private void memory(HeapStatistics memory) {
        PoolStatistics all = now.statistics();
        lines.add("pool '%s', %d arenas%s, %s".formatted(now.name(), all.arenas(),
                all.fencedArenas() == 0 ? "" : " (" + all.fencedArenas() + " FENCED: damage was found)", now.policy()));
        lines.add("");
        bytes("limit", now.limitBytes(), now.limitBytes() == now.capacityBytes()
                ? "the capacity"
                : "of a capacity of " + ByteSizes.format(now.capacityBytes()));
        bytes("committed", memory.committedBytes(),
                percent(memory.committedBytes(), now.limitBytes())
                        + " of the limit, which is on regions; tables are beside it");
        if (now.residentBytes() >= 0) {
            bytes("resident", now.residentBytes(), "of the pool's pages, as the system counts");
        }
        bytes("live", memory.liveBytes(), count(memory.liveBlocks()) + " blocks, "
                + percent(memory.liveBytes(), memory.committedBytes()) + " of committed");
        bytes("pending", memory.pendingBytes(), "%s in %d caches (of at most %s), %s in queues".formatted(
                ByteSizes.format(all.cachedBytes()), all.caches(), ByteSizes.format(all.cacheLimitBytes()),
                ByteSizes.format(all.queuedBytes())));
        bytes("free", memory.freeBytes(), "%s blocks; %s in wholly free regions".formatted(
                count(memory.freeBlocks()), ByteSizes.format(memory.retainedBytes())));
        bytes("headers", memory.headerBytes(), "");
        bytes("overhead", memory.overheadBytes(), "");
        lines.add(LINE.formatted("fragmentation", "%.2f".formatted(memory.fragmentation()),
                "the largest of %s free in partly used regions is %s".formatted(
                        ByteSizes.format(memory.partlyFreeBytes()),
                        ByteSizes.format(memory.largestPartlyFreeBytes()))));
        lines.add("");
    }

    private void requests(PoolStatistics all) {
        bytes("allocated", all.allocatedBytes(), rate(PoolStatistics::allocatedBytes, true));
        bytes("freed", all.freedBytes(), rate(PoolStatistics::freedBytes, true));
        number("allocations", served(all), "cache %s, slab %s, steal %s, grow %s, large %s%s".formatted(
                count(all.allocations().cache()), count(all.allocations().slab()), count(all.allocations().steal()),
                count(all.allocations().grow()), count(all.allocations().large()),
                andRate(StatsText::served)));
        number("frees", all.localFrees() + all.remoteFrees(), "local %s, remote %s%s".formatted(
                count(all.localFrees()), count(all.remoteFrees()),
                andRate(figures -> figures.localFrees() + figures.remoteFrees())));
        number("failures", failed(all), causes(all) + andRate(StatsText::failed));
        number("waits", all.waits(), "%s in sum; %d wait now%s".formatted(
                time(all.waitedNanos()), all.waiting(), andRate(PoolStatistics::waits)));
        number("pressure", all.pressureCalls(), "calls of callbacks, %s of which threw".formatted(
                count(all.pressureFailures())));
        lines.add("");
    }

    private static long served(PoolStatistics all) {
        return all.allocations().cache() + all.allocations().slab() + all.allocations().steal()
                + all.allocations().grow() + all.allocations().large();
    }

    private static long failed(PoolStatistics all) {
        return all.failuresByCause().values().stream().mapToLong(Long::longValue).sum();
    }

    private static String causes(PoolStatistics all) {
        String causes = all.failuresByCause().entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .map(entry -> entry.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' ') + " "
                        + count(entry.getValue()))
                .collect(Collectors.joining(", "));
        return causes.isEmpty() ? "requests that found no memory" : causes;
    }

    private void care(PoolStatistics all) {
        DefragStatistics defrag = all.defragmentation();
        number("defragmented", defrag.runs(), "times: coalesced %s, purged %s, released %s, moved %s%s".formatted(
                ByteSizes.format(defrag.coalescedBytes()), ByteSizes.format(defrag.purgedBytes()),
                ByteSizes.format(defrag.releasedBytes()), ByteSizes.format(defrag.movedBytes()),
                defrag.alive() ? "" : "; THE WORKER HAS DIED"));
        for (Map.Entry<String, Long> trouble : Map.of(
                "double frees", all.doubleFrees(), "withheld", all.memory().withheldBlocks(),
                "not released", all.failedReleases()).entrySet()) {
            if (trouble.getValue() > 0) {
                number(trouble.getKey(), trouble.getValue(), "(expected: none)");
            }
        }
    }

    private void bytes(String name, long bytes, String note) {
        lines.add(LINE.formatted(name, ByteSizes.format(bytes), note));
    }

    private void number(String name, long number, String note) {
        lines.add(LINE.formatted(name, count(number), note));
    }

    private String andRate(ToLongFunction<PoolStatistics> counter) {
        String rate = rate(counter, false);
        return rate.isEmpty() ? "" : "; " + rate;
    }

    /** So much a second since the figures before; nothing if there are none. */
    private String rate(ToLongFunction<PoolStatistics> counter, boolean isBytes) {
        if (before == null || seconds <= 0) {
            return "";
        }
        long difference = counter.applyAsLong(now.statistics()) - counter.applyAsLong(before.statistics());
        long each = Math.round(Math.max(0, difference) / seconds);
        return (isBytes ? ByteSizes.format(each) : count(each)) + "/s";
    }

    private static String percent(long part, long whole) {
        return whole == 0 ? "0 %" : "%.0f %%".formatted(100.0 * part / whole);
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String time(long nanos) {
        return String.format(Locale.ROOT, "%.1f s", nanos / (double) Duration.ofSeconds(1).toNanos());
    }
}
