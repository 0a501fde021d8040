package dev.ashlar.sites;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/**
 * The call sites of a recording.
 *
 * <p>An allocation and its free have the number of their sample in common, which is unique in a process; so events may come in any order, and an address be used
 * again. A free whose allocation is not in the recording says nothing, and is left out.
 */
public final class CallSites {
    private static final String ALLOCATED = "dev.ashlar.BlockAllocated";
    private static final String FREED = "dev.ashlar.BlockFreed";

    /** Of Ashlar's own classes, and of the interfaces that a pool implements. */
    private static final List<String> OWN = List.of(
            "dev.ashlar.arenas.", "dev.ashlar.pool.", "dev.ashlar.record.", "dev.ashlar.event.", "java.lang.foreign.");

    /** Behind the name of a class that was made for a lambda: another one in each process. */
    private static final Pattern NUMBER = Pattern.compile("[./]0x[0-9a-f]+$");

    private final Set<String> pools;
    private final List<Site> sites;
    private final FlameNode live;
    private final FlameNode allocated;

    private CallSites(Reader read) {
        pools = Set.copyOf(read.pools);
        Map<String, Site> byName = new TreeMap<>();
        live = new FlameNode("all");
        allocated = new FlameNode("all");
        for (Map.Entry<Long, Sample> each : read.samples.entrySet()) {
            Sample sample = each.getValue();
            boolean isLive = !read.freed.contains(each.getKey());
            byName.merge(
                    sample.stack.site(),
                    new Site(
                            sample.stack.site(),
                            isLive ? sample.weight : 0,
                            isLive ? 1 : 0,
                            sample.weight,
                            1),
                    Site::plus);
            allocated.add(sample.stack.methods(), sample.weight);
            if (isLive) {
                live.add(sample.stack.methods(), sample.weight);
            }
        }
        sites = List.copyOf(byName.values());
    }

    private record Sample(CallStack stack, long weight) {}

    /**
     * Reads a recording. O(events); keeps one entry for each sample.
     *
     * @param file a recording that was dumped or has ended
     * @param pool the name of the pool that is looked at; null for all
     * @throws SitesException if the file is damaged, or has no such sample
     * @throws IOException if it can't be read
     */
    public static CallSites read(Path file, @Nullable String pool) throws IOException {
        Reader reader = new Reader(pool);
        try (RecordingFile recording = new RecordingFile(file)) {
            while (recording.hasMoreEvents()) {
                reader.take(recording.readEvent());
            }
        } catch (RuntimeException e) {
            // The reader of the JDK follows offsets of the file without a look at them.
            throw damaged(file, e);
        } catch (FileNotFoundException | FileSystemException e) {
            throw e;
        } catch (IOException e) {
            throw damaged(file, e);
        }
        if (reader.samples.isEmpty()) {
            throw new SitesException("%s: no samples%s (expected: events %s, which ashlar.jfc switches on)".formatted(
                    file,
                    pool == null ? "" : " of pool '" + pool + "', but " + (reader.pools.isEmpty()
                            ? "none of others either"
                            : "of " + String.join(", ", new TreeSet<>(reader.pools))),
                    ALLOCATED));
        }
        return new CallSites(reader);
    }

    private static SitesException damaged(Path file, Exception cause) {
        String what = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new SitesException(
                file + ": " + what + " (expected: a recording of Flight Recorder, whole)", cause);
    }

    /** What comes out of the file, event by event. */
    private static final class Reader {
        private final @Nullable String pool;
        private final Set<String> pools = new HashSet<>();
        private final Map<Long, Sample> samples = new HashMap<>();
        private final Set<Long> freed = new HashSet<>();
        private final Map<CallStack, CallStack> stacks = new HashMap<>();

        Reader(@Nullable String pool) {
            this.pool = pool;
        }

        void take(RecordedEvent event) {
            String name = event.getEventType().getName();
            if (name.equals(ALLOCATED)) {
                String of = event.getString("pool");
                pools.add(of);
                if (pool == null || pool.equals(of)) {
                    samples.put(
                            event.getLong("sample"),
                            new Sample(stackOf(event.getStackTrace()), event.getLong("weight")));
                }
            } else if (name.equals(FREED)) {
                freed.add(event.getLong("sample"));
            }
        }

        private CallStack stackOf(@Nullable RecordedStackTrace trace) {
            CallStack stack = trace == null ? CallStack.UNKNOWN : callers(trace);
            return stacks.computeIfAbsent(stack, same -> same);
        }

        private static CallStack callers(RecordedStackTrace trace) {
            List<String> methods = new ArrayList<>();
            String site = null;
            for (RecordedFrame frame : trace.getFrames()) {
                RecordedMethod method = frame.getMethod();
                String type = method.getType().getName();
                if (site == null && OWN.stream().anyMatch(type::startsWith)) {
                    continue;
                }
                methods.add(NUMBER.matcher(type).replaceFirst("") + "." + method.getName());
                if (site == null) {
                    site = methods.getFirst() + ":" + frame.getLineNumber();
                }
            }
            if (site == null) {
                return CallStack.UNKNOWN;
            }
            if (trace.isTruncated()) {
                methods.add("deeper than the recording's stack depth");
            }
            return new CallStack(site, methods.reversed());
        }
    }

    /** The names of all pools that were sampled, whichever is looked at. */
    public Set<String> pools() {
        return pools;
    }

    /** All sites that have some, the most bytes first. */
    public List<Site> sites(boolean ofAllocated) {
        return sites.stream()
                .filter(site -> site.samples(ofAllocated) > 0)
                .sorted(Comparator.comparingLong((Site site) -> site.bytes(ofAllocated))
                        .reversed()
                        .thenComparing(Site::name))
                .toList();
    }

    /** Estimated bytes of all sites. */
    public long bytes(boolean ofAllocated) {
        return flames(ofAllocated).bytes();
    }

    /** How many samples that is. */
    public long samples(boolean ofAllocated) {
        return sites.stream().mapToLong(site -> site.samples(ofAllocated)).sum();
    }

    /** The tree of what called what. */
    FlameNode flames(boolean ofAllocated) {
        return ofAllocated ? allocated : live;
    }
}
