package dev.ashlar.bench.jmh;

import dev.ashlar.bench.peer.Peer;
import dev.ashlar.bench.peer.PeerKind;
import dev.ashlar.bench.peer.Threading;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * The allocator under a benchmark, shared by its threads. It goes with the fork: JMH does not say which thread's states end first, and
 * workers end before their allocator.
 */
@State(Scope.Benchmark)
public class PeerState {
    /** Any of {@link PeerKind}: {@code -p allocator=MALLOC,NULL}. */
    @Param
    public PeerKind allocator;

    Peer peer;

    /** Opens the allocator; refuses what it can't do, which JMH shows as an error of that row. */
    @Setup(Level.Trial)
    public void setUp(BenchmarkParams parameters) {
        allocator.missing().ifPresent(what -> {
            throw new IllegalStateException(allocator.displayName() + ": not installed (expected: " + what + ")");
        });
        if (parameters.getThreads() > 1 && allocator.threading() == Threading.ONE_AT_A_TIME) {
            throw new IllegalStateException(
                    allocator.displayName() + ": " + parameters.getThreads() + " threads (expected: one owner)");
        }
        peer = allocator.open();
    }
}
