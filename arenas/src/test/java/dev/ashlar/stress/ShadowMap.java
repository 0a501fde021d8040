package dev.ashlar.stress;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is live by the callers' account: intervals of addresses, of which no two may overlap. Knows nothing of the pool.
 *
 * <p>A map of its own for each MiB, so that threads seldom meet; an interval over several of them is in each with its part. Entered after the
 * pool has handed a block out and taken out before it is given back, so that every overlap is the pool's.
 */
final class ShadowMap {
    private static final int SHARD_SHIFT = 20;

    private final Map<Long, TreeMap<Long, Long>> shards = new ConcurrentHashMap<>();

    /** Enters a block that was handed out; its header is its own as well. */
    void enter(long from, long to) {
        for (long start = from; start < to; start = nextShard(start)) {
            TreeMap<Long, Long> shard = shards.computeIfAbsent(start >>> SHARD_SHIFT, _ -> new TreeMap<>());
            long end = Math.min(to, nextShard(start));
            synchronized (shard) {
                Map.Entry<Long, Long> before = shard.lowerEntry(end);
                if (before != null && before.getValue() > start) {
                    throw new AssertionError("handed out twice: 0x%x to 0x%x, while 0x%x to 0x%x is live"
                            .formatted(from, to, before.getKey(), before.getValue()));
                }
                shard.put(start, end);
            }
        }
    }

    /** Takes a block out that is about to be given back. */
    void leave(long from, long to) {
        for (long start = from; start < to; start = nextShard(start)) {
            TreeMap<Long, Long> shard = shards.get(start >>> SHARD_SHIFT);
            if (shard == null) {
                throw new AssertionError("not live: 0x%x".formatted(start));
            }
            synchronized (shard) {
                Long end = shard.remove(start);
                if (end == null || end != Math.min(to, nextShard(start))) {
                    throw new AssertionError("not live as 0x%x to 0x%x: found %s".formatted(from, to, end));
                }
            }
        }
    }

    private static long nextShard(long address) {
        return ((address >>> SHARD_SHIFT) + 1) << SHARD_SHIFT;
    }

    /** How many intervals are live, by their parts. */
    int size() {
        int size = 0;
        for (TreeMap<Long, Long> shard : shards.values()) {
            synchronized (shard) {
                size += shard.size();
            }
        }
        return size;
    }
}
