package dev.ashlar.bench.workload;

import java.util.Locale;
import java.util.Optional;

import dev.ashlar.bench.peer.PeerKind;
import dev.ashlar.bench.peer.Threading;

/** The workloads. */
public enum WorkloadKind {
    /** Random replacement in slots that change threads. */
    LARSON(true, Unit.CALLS),
    /** Producers and consumers. */
    XMALLOC(true, Unit.FREES),
    /** The same with objects of many sizes. */
    XMALLOC_SIZES(true, Unit.FREES),
    /** Everything, contents checked. */
    MSTRESS(true, Unit.CALLS),
    /** Mixed sizes, alignments, hand-over. */
    RPTEST(true, Unit.CALLS),
    /** Popular and unpopular slots. */
    ALLOC_TEST(false, Unit.CALLS),
    /** Orders of freeing. */
    SH6BENCH(false, Unit.CALLS),
    /** The same, freed by other threads. */
    SH8BENCH(true, Unit.CALLS),
    /** False sharing through blocks that another thread allocated. */
    CACHE_SCRATCH(true, Unit.WRITES),
    /** False sharing between blocks of different threads. */
    CACHE_THRASH(false, Unit.WRITES),
    /** The bare path. */
    GLIBC_SIMPLE(false, Unit.CALLS),
    /** Independent threads, sizes of the inverse square. */
    GLIBC_THREAD(false, Unit.CALLS),
    /** Blocks of megabytes. */
    MALLOC_LARGE(false, Unit.CALLS),
    /** Threads that leave blocks behind. */
    MLEAK(true, Unit.CALLS),
    /** A query engine's tasks. */
    ENGINE(true, Unit.CALLS);

    /** What is counted as an operation. */
    enum Unit {
        CALLS("allocate or free"),
        FREES("free"),
        WRITES("write");

        private final String title;

        Unit(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }

        long count(Meter meter) {
            return switch (this) {
                case CALLS -> meter.allocations() + meter.frees();
                case FREES -> meter.frees();
                case WRITES -> meter.writes();
            };
        }
    }

    private final boolean freesOthersBlocks;
    private final Unit unit;

    WorkloadKind(boolean freesOthersBlocks, Unit unit) {
        this.freesOthersBlocks = freesOthersBlocks;
        this.unit = unit;
    }

    /** The name in tables, in JSON and on the command line, such as {@code cache-scratch}. */
    public String displayName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    Unit unit() {
        return unit;
    }

    /** How many threads use the allocator at once. */
    int threadsAtOnce(int threads) {
        return switch (this) {
            case XMALLOC, XMALLOC_SIZES -> threads * 2;
            case MLEAK -> MLeak.THREADS;
            default -> threads;
        };
    }

    /**
     * Why an allocator can't do this workload; empty if it can.
     *
     * @param peer the allocator
     * @param threads as asked for
     */
    public Optional<String> reasonToSkip(PeerKind peer, int threads) {
        int atOnce = threadsAtOnce(threads);
        if (peer.threading() == Threading.ONE_AT_A_TIME && atOnce > 1) {
            return Optional.of(atOnce + " threads at once (" + peer.displayName() + " has one owner)");
        }
        if (peer.threading() == Threading.OWN_BLOCKS && freesOthersBlocks) {
            return Optional.of("frees what other threads allocated (" + peer.displayName()
                    + " has blocks that only their own thread can free)");
        }
        return Optional.empty();
    }

    Workload create() {
        return switch (this) {
            case LARSON -> new Larson();
            case XMALLOC -> Xmalloc.ofOneSize();
            case XMALLOC_SIZES -> Xmalloc.ofManySizes();
            case MSTRESS -> new MStress();
            case RPTEST -> new RpTest();
            case ALLOC_TEST -> new AllocTest();
            case SH6BENCH -> ShBench.six();
            case SH8BENCH -> ShBench.eight();
            case CACHE_SCRATCH -> CacheLines.scratch();
            case CACHE_THRASH -> CacheLines.thrash();
            case GLIBC_SIMPLE -> new GlibcSimple();
            case GLIBC_THREAD -> new GlibcThread();
            case MALLOC_LARGE -> new MallocLarge();
            case MLEAK -> new MLeak();
            case ENGINE -> new Engine();
        };
    }
}
