package dev.ashlar.bench.compare;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

import dev.ashlar.bench.peer.PeerKind;
import dev.ashlar.bench.workload.WorkloadKind;

/** The columns of the table. */
public enum Cell {
    /** 64 bytes, allocated and freed. */
    PAIR_64,
    /** 4 KiB, allocated and freed. */
    PAIR_4K,
    /** 1,000 blocks of 64 bytes, freed in random order. */
    BATCH_64,
    /** A confined scope with 64 zeroed bytes. */
    SCOPE_64,
    /** A recorded trace. */
    SQLITE,
    /** A recorded trace. */
    ROCKSDB,
    /** A recorded trace. */
    CLICKHOUSE,
    /** A recorded trace. */
    PYTHON,
    /** {@link WorkloadKind#LARSON} with two threads. */
    LARSON,
    /** {@link WorkloadKind#ALLOC_TEST} with two threads. */
    ALLOC_TEST;

    /** Of the workloads. */
    static final int THREADS = 2;

    /** The cells that replay a trace. */
    static final List<Cell> TRACES = List.of(SQLITE, ROCKSDB, CLICKHOUSE, PYTHON);

    /** The name in tables and in JSON, such as {@code pair-64}. */
    public String displayName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean isTrace() {
        return TRACES.contains(this);
    }

    /** Why an allocator has no figure here, but for scopes, which it is asked for itself; empty if it has one. */
    Optional<String> reasonToSkip(PeerKind peer) {
        if (peer == PeerKind.ARENA_SHARED && (isTrace() || this == LARSON || this == ALLOC_TEST)) {
            return Optional.of("would take minutes (closing a shared arena is a handshake with all threads)");
        }
        return switch (this) {
            case LARSON -> WorkloadKind.LARSON.reasonToSkip(peer, THREADS);
            case ALLOC_TEST -> WorkloadKind.ALLOC_TEST.reasonToSkip(peer, THREADS);
            case SCOPE_64 -> peer.hasScopes() ? Optional.empty() : Optional.of("has no scopes");
            default -> Optional.empty();
        };
    }
}
