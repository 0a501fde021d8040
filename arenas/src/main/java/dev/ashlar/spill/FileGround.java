package dev.ashlar.spill;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

import dev.ashlar.lock.LockRank;
import dev.ashlar.space.Extent;
import dev.ashlar.space.SpaceAllocator;
import dev.ashlar.spill.SpillException.Kind;

/**
 * One file, whose space is a {@link SpaceAllocator} in bytes. All extents are whole blocks of the file, so that all of them are aligned.
 *
 * <p>The lock guards the space, the file's length and the call that shortens the file: a site is in the space before it is written to, so none that is being
 * written lies behind the end that the file is shortened to.
 */
final class FileGround implements Ground<FileGround.Site> {
    private final SpillChannel channel;
    private final SpaceAllocator space;
    private final long blockBytes;
    private final long shrinkBytes;
    private final SpillCounters counters;
    private final ReentrantLock lock = new ReentrantLock();

    /** How long the file may be by now. Guarded by the lock. */
    private long fileBytes;

    FileGround(
            SpillChannel channel, SpaceAllocator space, long blockBytes, long shrinkBytes, SpillCounters counters) {
        this.channel = channel;
        this.space = space;
        this.blockBytes = blockBytes;
        this.shrinkBytes = shrinkBytes;
        this.counters = counters;
    }

    /**
     * A place in the file.
     *
     * @param offset a multiple of the block size
     * @param length a multiple of the block size
     * @param checksum CRC-32C of the contents
     */
    record Site(long offset, long length, int checksum) {}

    @Override
    public Site write(MemorySegment contents) throws SpillException {
        long byteSize = contents.byteSize();
        long length = Math.max(1, Math.ceilDiv(byteSize, blockBytes)) * blockBytes;
        long offset = take(length);
        boolean written = false;
        try {
            int checksum = Transfer.checksum(contents);
            Transfer.write(channel, contents, offset);
            written = true;
            return new Site(offset, length, checksum);
        } catch (IOException e) {
            throw notWritten(byteSize, offset, e);
        } finally {
            if (!written) {
                give(offset, length);
            }
        }
    }

    private long take(long length) throws SpillException {
        assert LockRank.SPILL_FILE.enter();
        lock.lock();
        try {
            long offset = space.tryAllocate(length, 1);
            if (offset >= 0) {
                fileBytes = Math.max(fileBytes, space.endOfSpace());
                return offset;
            }
            throw counters.failure(Kind.FULL, "no room for " + length + " bytes: limit " + space.limit() + ", "
                    + space.usedLength() + " used, " + space.largestFree() + " free in one piece below the end at "
                    + space.endOfSpace(), (Throwable) null);
        } finally {
            lock.unlock();
            assert LockRank.SPILL_FILE.leave();
        }
    }

    private SpillException notWritten(long byteSize, long offset, IOException e) {
        return counters.failure(isDiskFull(channel, byteSize) ? Kind.FULL : Kind.WRITE,
                byteSize + " bytes at offset " + offset + " not written", e);
    }

    /** Whether a write of so many bytes failed, presumably, for want of room. */
    static boolean isDiskFull(SpillChannel channel, long byteSize) {
        try {
            return channel.usableBytes() < byteSize;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void read(Site site, MemorySegment target, String label) throws SpillException {
        read(channel, site.offset, target, label, counters);
        check(target, site.checksum, label + " at offset " + site.offset, counters);
    }

    static void read(
            SpillChannel channel, long offset, MemorySegment target, String label, SpillCounters counters)
            throws SpillException {
        try {
            Transfer.read(channel, target, offset);
        } catch (EOFException e) {
            throw counters.failure(Kind.TRUNCATED, label + " at offset " + offset + " not read", e);
        } catch (IOException e) {
            throw counters.failure(Kind.READ, label + " at offset " + offset + " not read", e);
        }
    }

    static void check(MemorySegment contents, int checksum, String label, SpillCounters counters)
            throws SpillException {
        int found = Transfer.checksum(contents);
        if (found != checksum) {
            throw counters.failure(Kind.DAMAGED,
                    label + ": CRC-32C 0x%08x (expected: 0x%08x)".formatted(found, checksum), (Throwable) null);
        }
    }

    @Override
    public void free(Site site) {
        give(site.offset, site.length);
    }

    private void give(long offset, long length) {
        assert LockRank.SPILL_FILE.enter();
        lock.lock();
        try {
            space.free(offset, length);
            long end = space.endOfSpace();
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

    @Override
    public Room room() {
        assert LockRank.SPILL_FILE.enter();
        lock.lock();
        try {
            return new Room(space.usedLength(), space.freeLength(), space.largestFree(), space.fragmentation(),
                    fileBytes, space.limit());
        } finally {
            lock.unlock();
            assert LockRank.SPILL_FILE.leave();
        }
    }

    List<Extent> extents() {
        assert LockRank.SPILL_FILE.enter();
        lock.lock();
        try {
            return space.extents();
        } finally {
            lock.unlock();
            assert LockRank.SPILL_FILE.leave();
        }
    }

    @Override
    public void force() throws SpillException {
        try {
            channel.force();
        } catch (IOException e) {
            throw counters.failure(Kind.WRITE, channel + " not forced", e);
        }
    }

    @Override
    public void validate(Collection<Site> sites) {
        assert LockRank.SPILL_FILE.enter();
        lock.lock();
        try {
            space.validate();
            long end = 0;
            long sum = 0;
            List<Site> inOrder = sites.stream().sorted(Comparator.comparingLong(Site::offset)).toList();
            for (Site site : inOrder) {
                if (site.offset < end || !covers(site)) {
                    throw new IllegalStateException(site + ": not its own alone in the space (expected: taken once; "
                            + "the one before ends at " + end + ")");
                }
                end = site.offset + site.length;
                sum += site.length;
            }
            if (sum != space.usedLength() || end > fileBytes) {
                throw new IllegalStateException("sites: " + sum + " bytes, up to " + end + " (expected: "
                        + space.usedLength() + " as in the space, up to " + fileBytes + " at most)");
            }
        } finally {
            lock.unlock();
            assert LockRank.SPILL_FILE.leave();
        }
    }

    private boolean covers(Site site) {
        for (Extent extent : space.extents()) {
            if (extent.offset() <= site.offset && site.offset + site.length <= extent.offset() + extent.length()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() throws SpillException {
        try {
            channel.close();
        } catch (IOException e) {
            throw counters.failure(Kind.SHRINK, channel + " not deleted", e);
        }
    }
}
