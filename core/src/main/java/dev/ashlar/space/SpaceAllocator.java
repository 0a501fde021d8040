package dev.ashlar.space;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.StampedLock;

import org.jspecify.annotations.Nullable;

/**
 * The space of a file that grows: allocates extents, grows at the end when nothing that is free will do, and shrinks when what lies at
 * the end is freed.
 *
 * <pre>{@code
 *   SpaceAllocator space = SpaceAllocator.builder().start(4096).policy(SpacePolicy.BEST_FIT).build();
 *   long offset = space.allocate(1 << 20, 4096);
 *   space.free(offset, 1 << 20);
 * }</pre>
 *
 * <p>The free extents are kept in trees over primitive arrays, outside of the space: about 25 bytes of Java heap for each, twice that under
 * {@link SpacePolicy#BEST_FIT}, two more once {@link #isAllocated} was asked, and none for what is allocated. With <i>n</i> for their number:
 *
 * <table>
 * <caption>Cost of a call</caption>
 * <tr><td>allocate, END_OF_SPACE</td><td>O(1); with an alignment O(log n)</td></tr>
 * <tr><td>allocate, the others</td><td>O(log n); with an alignment, times the free extents that are long enough, and too badly aligned</td></tr>
 * <tr><td>allocateAt, free, isAllocated</td><td>O(log n)</td></tr>
 * <tr><td>freeLength, usedLength, largestFree, fragmentation, endOfSpace</td><td>O(1)</td></tr>
 * <tr><td>extents, freeExtents, validate, save</td><td>O(n)</td></tr>
 * <tr><td>setPolicy</td><td>O(1); to BEST_FIT O(n log n)</td></tr>
 * </table>
 *
 * <p>Thread-safe if it was built so: then each call is atomic, changes exclude each other, and {@link #isAllocated} takes no lock unless a
 * change comes in between. If not, one thread at a time may use it.
 */
public final class SpaceAllocator implements Space {
    private final GrowingSpace space;
    private final @Nullable StampedLock lock;

    SpaceAllocator(GrowingSpace space, boolean threadSafe) {
        this.space = space;
        this.lock = threadSafe ? new StampedLock() : null;
    }

    /** Settings of a space, all with defaults. */
    public static SpaceAllocatorBuilder builder() {
        return new SpaceAllocatorBuilder();
    }

    @Override
    public long allocate(long length) {
        return allocate(length, 1);
    }

    @Override
    public long allocate(long length, long alignment) {
        long stamp = write();
        try {
            long offset = space.tryAllocate(length, alignment);
            if (offset == FreeExtents.NONE) {
                throw space.exhausted(length, alignment);
            }
            return offset;
        } finally {
            unlock(stamp);
        }
    }

    @Override
    public long tryAllocate(long length, long alignment) {
        long stamp = write();
        try {
            return space.tryAllocate(length, alignment);
        } finally {
            unlock(stamp);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Behind the current end the space grows; what is left out in between becomes free.
     */
    @Override
    public boolean allocateAt(long offset, long length) {
        long stamp = write();
        try {
            return space.allocateAt(offset, length);
        } finally {
            unlock(stamp);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>What becomes free at the end of the space is given back: the space shrinks to the end of the last extent.
     */
    @Override
    public void free(long offset, long length) {
        long stamp = write();
        try {
            space.free(offset, length);
        } finally {
            unlock(stamp);
        }
    }

    @Override
    public boolean isAllocated(long offset, long length) {
        Requests.checkQuery(offset, length);
        if (lock == null) {
            return space.isAllocated(offset, length);
        }
        long stamp = lock.tryOptimisticRead();
        if (stamp != 0) {
            boolean allocated = false;
            boolean torn = false;
            try {
                allocated = space.isAllocated(offset, length);
            } catch (IndexOutOfBoundsException e) {
                // A node in arrays that were replaced meanwhile.
                torn = true;
            }
            if (lock.validate(stamp) && !torn) {
                return allocated;
            }
        }
        stamp = lock.readLock();
        try {
            return space.isAllocated(offset, length);
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** The first offset behind the last extent; where the space starts, if there is none. A file needs to be no longer. */
    public long endOfSpace() {
        long stamp = read();
        try {
            return space.end();
        } finally {
            unlock(stamp);
        }
    }

    /** Where the space starts. */
    public long startOfSpace() {
        return space.start;
    }

    /** The offset that the space may grow to. */
    public long limit() {
        return space.limit;
    }

    @Override
    public long freeLength() {
        long stamp = read();
        try {
            return space.freeLength();
        } finally {
            unlock(stamp);
        }
    }

    @Override
    public long usedLength() {
        long stamp = read();
        try {
            return space.usedLength();
        } finally {
            unlock(stamp);
        }
    }

    @Override
    public long largestFree() {
        long stamp = read();
        try {
            return space.largestFree();
        } finally {
            unlock(stamp);
        }
    }

    @Override
    public double fragmentation() {
        long stamp = read();
        try {
            long free = space.freeLength();
            return free == 0 ? 0 : 1 - (double) space.largestFree() / (double) free;
        } finally {
            unlock(stamp);
        }
    }

    @Override
    public List<Extent> extents() {
        long stamp = read();
        try {
            return space.extents();
        } finally {
            unlock(stamp);
        }
    }

    @Override
    public List<Extent> freeExtents() {
        long stamp = read();
        try {
            return space.freeExtents();
        } finally {
            unlock(stamp);
        }
    }

    @Override
    public SpacePolicy policy() {
        long stamp = read();
        try {
            return space.policy();
        } finally {
            unlock(stamp);
        }
    }

    @Override
    public void setPolicy(SpacePolicy policy) {
        Objects.requireNonNull(policy, "policy");
        long stamp = write();
        try {
            space.setPolicy(policy);
        } finally {
            unlock(stamp);
        }
    }

    @Override
    public void validate() {
        long stamp = read();
        try {
            space.validate();
        } finally {
            unlock(stamp);
        }
    }

    /**
     * A copy of the free-space map, which can be saved, and loaded with {@link SpaceAllocatorBuilder#load(SpaceMap)}. Taken at one moment; to
     * write it out afterwards holds no lock.
     */
    public SpaceMap map() {
        long stamp = read();
        try {
            return space.map();
        } finally {
            unlock(stamp);
        }
    }

    /**
     * Saves the free-space map: {@code map().write(buffer)}.
     *
     * @throws java.nio.BufferOverflowException if less than {@link SpaceMap#savedBytes()} remain; nothing is written then
     */
    public void save(ByteBuffer buffer) {
        map().write(buffer);
    }

    /**
     * Saves the free-space map: {@code map().write(channel, position)}.
     *
     * @return the position behind it
     * @throws IOException if it can't be written
     */
    public long save(FileChannel channel, long position) throws IOException {
        return map().write(channel, position);
    }

    @Override
    public String toString() {
        return space.name + " (" + usedLength() + " used, " + freeLength() + " free)";
    }

    private long write() {
        return lock == null ? 0 : lock.writeLock();
    }

    private long read() {
        return lock == null ? 0 : lock.readLock();
    }

    private void unlock(long stamp) {
        if (lock != null) {
            lock.unlock(stamp);
        }
    }
}
