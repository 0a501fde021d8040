package dev.ashlar.record;

import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import dev.ashlar.event.BlockAllocated;
import dev.ashlar.event.BlockFreed;
import org.jspecify.annotations.Nullable;

/**
 * Chooses blocks to stand for all that are allocated, and tells Flight Recorder when they are allocated and freed.
 *
 * <pre>{@code
 *     chance of a request of s bytes  =  1 - exp(-s / interval)           weight of its sample  =  s / chance
 *
 *     sum of the weights of the samples that are live   estimates   the sum of the bytes requested that are live
 * }</pre>
 *
 * <p>That is as if a point were thrown on each byte requested with the same small chance, and every block sampled that was hit: the intervals
 * between the points are exponentially distributed, so it does not matter in which order, sizes or threads requests come, and no state is kept from
 * one to the next. The estimate has no bias, whatever the sizes. Poisson sampling, as heap profilers do it since Google's (tcmalloc, "sampling").
 *
 * <p>At most {@value #MOST_LIVE} samples are live. Beyond, nothing is sampled until some are freed, and {@link #missed} counts.
 *
 * <p>Thread-safe.
 */
public final class Sampler {
    private static final int MOST_LIVE = 1 << 16;
    private static final int SITES_NAMED = 5;
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final String pool;
    private final DoubleSupplier uniform;
    private final int mostLive;
    private final ConcurrentHashMap<Long, Sample> samples = new ConcurrentHashMap<>();
    private final LongAdder missed = new LongAdder();
    private volatile long intervalBytes;

    /**
     * A block that was chosen and is live.
     *
     * @param number of the sample in this process
     * @param address of the block
     * @param owner of the block
     * @param byteSize that was requested
     * @param weight bytes requested that it stands for
     * @param site where it was allocated
     */
    public record Sample(long number, long address, int owner, long byteSize, long weight, String site) {}

    /**
     * No sample yet.
     *
     * @param pool its name
     * @param intervalBytes requested bytes between two samples on average, 1 or more
     * @param uniform random numbers from 0 to 1, which any thread may draw
     */
    public Sampler(String pool, long intervalBytes, DoubleSupplier uniform) {
        this(pool, intervalBytes, uniform, MOST_LIVE);
    }

    /** For tests, with so many samples at most. */
    Sampler(String pool, long intervalBytes, DoubleSupplier uniform, int mostLive) {
        this.pool = pool;
        this.intervalBytes = intervalBytes;
        this.uniform = uniform;
        this.mostLive = mostLive;
    }

    /** Requested bytes between two samples on average. */
    public long intervalBytes() {
        return intervalBytes;
    }

    /** Changes that for blocks to come. */
    public void intervalBytes(long newIntervalBytes) {
        intervalBytes = newIntervalBytes;
    }

    /**
     * Decides about a block that the caller has, and nobody else knows of yet.
     *
     * @return whether it is sampled: {@link #take} has to be told of its free
     */
    public boolean allocated(long address, long byteSize, int owner) {
        double bytes = Math.max(1, byteSize);
        double chance = -Math.expm1(-bytes / intervalBytes);
        if (uniform.getAsDouble() >= chance) {
            return false;
        }
        if (samples.mappingCount() >= mostLive) {
            missed.increment();
            return false;
        }
        try {
            add(address, byteSize, Math.round(bytes / chance), owner);
            return true;
        } catch (VirtualMachineError e) {
            // No heap or stack left for a sample. The block is there, and its caller is to get it.
            samples.remove(address);
            return false;
        }
    }

    private void add(long address, long byteSize, long weight, int owner) {
        Sample sample =
                new Sample(NUMBERS.incrementAndGet(), address, owner, byteSize, weight, CallSite.ofThisThread());
        Sample stale = samples.put(address, sample);
        if (stale != null) {
            // Who freed it was told of an error, and the block was free nevertheless.
            writeFreed(stale);
        }
        BlockAllocated.write(pool, sample.number, address, byteSize, weight);
    }

    /** Takes the sample of a block that is about to be freed out, for {@link #freed}; null if it has none. */
    public @Nullable Sample take(long address) {
        return samples.isEmpty() ? null : samples.remove(address);
    }

    /** Tells of a free that has happened, or that it failed: then the sample is live as before. */
    public void freed(Sample sample, boolean happened) {
        if (happened) {
            writeFreed(sample);
        } else {
            samples.putIfAbsent(sample.address, sample);
        }
    }

    private void writeFreed(Sample sample) {
        BlockFreed.write(pool, sample.number, sample.address, sample.byteSize, sample.weight);
    }

    /** How many samples are live. */
    public long live() {
        return samples.mappingCount();
    }

    /** How many blocks were not sampled, as too many samples were live. */
    public long missed() {
        return missed.sum();
    }

    /** The sites with most of the bytes that some of the live samples stand for, with those bytes; empty if there are none. */
    public String sites(Predicate<Sample> which) {
        return samples.values()
                .stream()
                .filter(which)
                .collect(Collectors.groupingBy(Sample::site, Collectors.summingLong(Sample::weight)))
                .entrySet()
                .stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(SITES_NAMED)
                .map(site -> site.getKey() + " (about " + site.getValue() + " bytes)")
                .collect(Collectors.joining(", "));
    }
}
