package dev.ashlar.bench.peer;

import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Optional;

import com.sun.management.OperatingSystemMXBean;
import dev.ashlar.heap.Heap;

/** The allocators that can be compared. */
public enum PeerKind {
    /** An Ashlar pool, by address. */
    ASHLAR(Threading.ANY),

    /** The same through a confined view of each thread. */
    ASHLAR_CONFINED(Threading.ANY),

    /** The same by segment. */
    ASHLAR_SEGMENT(Threading.ANY),

    /** A hardened Ashlar pool, by address. */
    ASHLAR_HARDENED(Threading.ANY),

    /** An Ashlar heap, by address. */
    HEAP(Threading.ONE_AT_A_TIME),

    /** The C library's {@code malloc}, through critical downcalls. */
    MALLOC(Threading.ANY),

    /** mimalloc as installed on the machine, through critical downcalls. */
    MIMALLOC(Threading.ANY),

    /** tcmalloc as installed on the machine, through critical downcalls. */
    TCMALLOC(Threading.ANY),

    /** jemalloc through LWJGL. */
    JEMALLOC(Threading.ANY),

    /** rpmalloc through LWJGL. */
    RPMALLOC(Threading.ANY),

    /** {@code sun.misc.Unsafe}. */
    UNSAFE(Threading.ANY),

    /** Netty's pooled direct buffers. */
    NETTY_POOLED(Threading.ANY),

    /** Netty's adaptive direct buffers. */
    NETTY_ADAPTIVE(Threading.ANY),

    /** A confined {@link Arena} for each block. */
    ARENA(Threading.OWN_BLOCKS),

    /** A shared {@link Arena} for each block. */
    ARENA_SHARED(Threading.ANY),

    /** No allocator: what the harness costs. */
    NULL(Threading.ANY);

    /** The one that a comparison's ratios refer to. */
    public static final PeerKind BASELINE = ASHLAR;

    private static final long MAX_CAPACITY_BYTES = 16L << 30;
    private static final long CAPACITY_STEP_BYTES = 64L << 20;

    private final Threading threading;

    PeerKind(Threading threading) {
        this.threading = threading;
    }

    /** The name in tables, in JSON and on the command line, such as {@code netty-pooled}. */
    public String displayName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Which threads may use it. */
    public Threading threading() {
        return threading;
    }

    /** Whether what is written to a block is there until it is freed. */
    public boolean keepsContents() {
        return this != NULL;
    }

    /** Whether a block is where an aligned request wants it. The others get so many bytes more, as their users would ask for. */
    public boolean isAligning() {
        return this != UNSAFE && this != NETTY_POOLED && this != NETTY_ADAPTIVE;
    }

    /** Whether {@link Peer#hasScopes} of its allocator is true. */
    public boolean hasScopes() {
        return switch (this) {
            case ASHLAR, ASHLAR_CONFINED, ASHLAR_SEGMENT, ASHLAR_HARDENED, ARENA, ARENA_SHARED -> true;
            default -> false;
        };
    }

    /** What to install, where the allocator is not on this machine; empty where it is. */
    public Optional<String> missing() {
        return switch (this) {
            case MIMALLOC -> missing(NativeLibrary.MIMALLOC.isInstalled(), "Debian package libmimalloc2.0");
            case TCMALLOC -> missing(NativeLibrary.TCMALLOC.isInstalled(), "Debian package libtcmalloc-minimal4");
            case JEMALLOC, RPMALLOC -> missing(isLinuxOnX64(), "LWJGL's natives for this platform, on the class path");
            default -> Optional.empty();
        };
    }

    /** A new allocator. No class of the other kinds is loaded, be it to measure one alone, or because its library is not there. */
    public Peer open() {
        return switch (this) {
            case ASHLAR -> PoolPeer.byAddress(false);
            case ASHLAR_CONFINED -> PoolPeer.confined();
            case ASHLAR_SEGMENT -> PoolPeer.bySegment();
            case ASHLAR_HARDENED -> PoolPeer.byAddress(true);
            case HEAP -> openHeap();
            case MALLOC -> new AddressPeer(MallocWorker::new);
            case MIMALLOC -> new AddressPeer(MimallocWorker::new);
            case TCMALLOC -> new AddressPeer(TcmallocWorker::new);
            case JEMALLOC -> new AddressPeer(JemallocWorker::new);
            case RPMALLOC -> RpmallocWorker.openPeer();
            case UNSAFE -> new AddressPeer(UnsafeWorker::new);
            case NETTY_POOLED -> NettyPeer.pooled();
            case NETTY_ADAPTIVE -> NettyPeer.adaptive();
            case ARENA -> new ArenaPeer(Arena::ofConfined);
            case ARENA_SHARED -> new ArenaPeer(Arena::ofShared);
            case NULL -> new AddressPeer(NullWorker::new);
        };
    }

    /** Bytes for an allocator that has a capacity: half of the machine's memory, at most 16 GiB. */
    static long capacityBytes() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long half = Math.min(system.getTotalMemorySize() / 2, MAX_CAPACITY_BYTES);
        return Math.max(half / CAPACITY_STEP_BYTES, 1) * CAPACITY_STEP_BYTES;
    }

    private static Peer openHeap() {
        Heap heap = Heap.builder().name("peer").capacity(capacityBytes()).build();
        return new AddressPeer(() -> new HeapWorker(heap), heap::close);
    }

    private static Optional<String> missing(boolean isThere, String what) {
        return isThere ? Optional.empty() : Optional.of(what);
    }

    /** The platform whose natives the build takes. */
    private static boolean isLinuxOnX64() {
        return System.getProperty("os.name", "").equals("Linux")
                && System.getProperty("os.arch", "").equals("amd64");
    }
}
