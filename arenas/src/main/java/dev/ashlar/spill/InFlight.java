package dev.ashlar.spill;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import dev.ashlar.lock.LockRank;

/**
 * The operations that are under way: a close waits for them, and those that are in the background are bounded.
 *
 * <p>What a caller does itself is counted and never waits: it may come out of a pressure callback, of a background operation that allocates. Thread-safe.
 */
final class InFlight {
    private final int maxCount;
    private final long maxBytes;

    /** In line for the background, in the order of arrival; its holder alone waits for room. Locked before {@link #lock}. */
    private final ReentrantLock line = new ReentrantLock(true);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();

    // Guarded by lock.
    private int count;
    private long bytes;
    private int backgroundCount;
    private long backgroundBytes;
    private boolean closed;

    InFlight(int maxCount, long maxBytes) {
        this.maxCount = maxCount;
        this.maxBytes = maxBytes;
    }

    /** Counts an operation of the caller's; false if closed. */
    boolean begin(long byteSize) {
        assert LockRank.SPILL_OPERATIONS.mayEnter();
        lock.lock();
        try {
            if (!closed) {
                count++;
                bytes += byteSize;
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Counts an operation in the background when there is room for it: one that is above the limit by itself goes alone. False if closed. */
    boolean beginInBackground(long byteSize) {
        assert LockRank.SPILL_LINE.enter();
        line.lock();
        try {
            assert LockRank.SPILL_OPERATIONS.mayEnter();
            lock.lock();
            try {
                while (!closed && backgroundCount > 0
                        && (backgroundCount >= maxCount || byteSize > maxBytes - backgroundBytes)) {
                    ended.awaitUninterruptibly();
                }
                if (!closed) {
                    backgroundCount++;
                    backgroundBytes += byteSize;
                    count++;
                    bytes += byteSize;
                }
                return !closed;
            } finally {
                lock.unlock();
            }
        } finally {
            line.unlock();
            assert LockRank.SPILL_LINE.leave();
        }
    }

    void end(long byteSize) {
        end(byteSize, 0);
    }

    void endInBackground(long byteSize) {
        end(byteSize, 1);
    }

    private void end(long byteSize, int background) {
        assert LockRank.SPILL_OPERATIONS.mayEnter();
        lock.lock();
        try {
            count--;
            bytes -= byteSize;
            backgroundCount -= background;
            backgroundBytes -= background * byteSize;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets nothing begin any more, and waits for what is under way; false if it was closed before. */
    boolean close() {
        assert LockRank.SPILL_OPERATIONS.mayEnter();
        lock.lock();
        try {
            boolean first = !closed;
            closed = true;
            ended.signalAll();
            while (count > 0) {
                ended.awaitUninterruptibly();
            }
            return first;
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        assert LockRank.SPILL_OPERATIONS.mayEnter();
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    int count() {
        assert LockRank.SPILL_OPERATIONS.mayEnter();
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    long bytes() {
        assert LockRank.SPILL_OPERATIONS.mayEnter();
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }
}
