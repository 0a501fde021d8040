package dev.ashlar.spill;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

import dev.ashlar.lock.LockRank;
import dev.ashlar.space.volume.Piece;
import dev.ashlar.spill.SpillException.Kind;

/**
 * A file of a set, with what lies in it, so that it can be made shorter. A piece is noted after the set gave it and before it is written, and struck out before the
 * set has it back: at no offset there are two, and none that is being written lies behind the end that the file is shortened to.
 */
final class SpillVolume {
    final String name;
    final SpillChannel channel;
    private final long blockBytes;
    private final long shrinkBytes;
    private final SpillCounters counters;
    private final ReentrantLock lock = new ReentrantLock();

    /** Ends by offsets, in blocks. Guarded by the lock. */
    private final TreeMap<Long, Long> pieces = new TreeMap<>();

    /** How long the file may be by now. Guarded by the lock. */
    private long fileBytes;

    /** It refused to take what should have fitted, for want of room; when something in it is given up, that may have changed. */
    volatile boolean isDiskFull;

    SpillVolume(String name, SpillChannel channel, long blockBytes, long shrinkBytes, SpillCounters counters) {
        this.name = name;
        this.channel = channel;
        this.blockBytes = blockBytes;
        this.shrinkBytes = shrinkBytes;
        this.counters = counters;
    }

    void note(Piece piece) {
        assert LockRank.SPILL_FILE.enter();
        lock.lock();
        try {
            pieces.put(piece.offset(), piece.end());
            fileBytes = Math.max(fileBytes, piece.end() * blockBytes);
        } finally {
            lock.unlock();
            assert LockRank.SPILL_FILE.leave();
        }
    }

    void strike(Piece piece) {
        assert LockRank.SPILL_FILE.enter();
        lock.lock();
        try {
            pieces.remove(piece.offset());
            Map.Entry<Long, Long> last = pieces.lastEntry();
            long end = last == null ? 0 : last.getValue() * blockBytes;
            if (fileBytes - end >= shrinkBytes || end == 0) {
                channel.truncate(end);
                fileBytes = end;
            }
        } catch (IOException e) {
            // Nothing is lost; the next one to be freed tries again.
            counters.count(Kind.SHRINK);
        } finally {
            lock.unlock();
            assert LockRank.SPILL_FILE.leave();
        }
    }

    long fileBytes() {
        assert LockRank.SPILL_FILE.enter();
        lock.lock();
        try {
            return fileBytes;
        } finally {
            lock.unlock();
            assert LockRank.SPILL_FILE.leave();
        }
    }

    /** A copy. */
    Map<Long, Long> pieces() {
        assert LockRank.SPILL_FILE.enter();
        lock.lock();
        try {
            return new TreeMap<>(pieces);
        } finally {
            lock.unlock();
            assert LockRank.SPILL_FILE.leave();
        }
    }
}
