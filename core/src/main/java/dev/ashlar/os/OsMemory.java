package dev.ashlar.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import dev.ashlar.OsException;

/**
 * What the operating system does with ranges of addresses: {@linkplain #reserve reserve} many, {@linkplain #commit
 * commit} some, {@linkplain #purge purge} and {@linkplain #release release} them again.
 *
 * <pre>
 *                  commit                     write
 *   reserved -----------------&gt; committed -----------------&gt; committed, resident
 *   reads zeros  &lt;----------------- writable  &lt;-----------------
 *                 release                     purge
 * </pre>
 *
 * <p>
 * Addresses are absolute, lengths in bytes; both are multiples of {@link #pageSizeBytes()}. That a range lies within
 * one reservation is not checked, and the caller keeps that reservation reachable during the call ({@link
 * java.lang.ref.Reference#reachabilityFence(Object)}): the addresses of an unreachable one may be anybody's, and to
 * purge or release them destroys what is there. Each call costs a system call, and time in proportion to the pages it
 * gives back. Any thread may call, and whoever owns a range orders the calls on it.
 */
public interface OsMemory {

    /** Returns the implementation for this process: {@link #posix()} if it can be had, else {@link #portable()}. */
    static OsMemory system() {
        return PosixMemory.unavailable() == null ? posix() : portable();
    }

    /**
     * Returns the implementation by POSIX calls.
     *
     * @throws UnsupportedOperationException
     *             if native access is denied, or the system is not Linux on x86-64 or aarch64; the message says which
     */
    static OsMemory posix() {
        String reason = PosixMemory.unavailable();
        if (reason != null) {
            throw new UnsupportedOperationException("posix memory: unavailable: " + reason);
        }
        return PosixMemory.instance();
    }

    /** Returns the implementation that needs no native access. */
    static OsMemory portable() {
        return PortableMemory.INSTANCE;
    }

    /** Returns {@code "posix"} or {@code "portable"}. */
    String name();

    /** Returns the unit of every address and length here: a power of two, at least 4096. */
    int pageSizeBytes();

    /** Returns whether {@link #purge} and {@link #release} give pages back. Otherwise only closing does. */
    boolean returnsPages();

    /** Returns whether a released range reads zeros. Otherwise it keeps what was last written. */
    boolean zeroesOnRelease();

    /**
     * Returns whether a range can appear in another arena's scope ({@link Reservation#segmentIn}). Where it cannot,
     * closing the mapping's only scope is what unmaps it.
     */
    boolean canRescope();

    /**
     * Reserves one contiguous range that reads zeros and is to be committed before it is written. Reserving takes
     * addresses, not memory. If the system refuses and there are closed reservations that are still mapped, the garbage
     * collector is asked to run, and the call made once more: a refusal may take a second.
     *
     * @param name
     *            for the report if the reservation is dropped without being closed
     * @param bytes
     *            the length, a positive multiple of the page size
     * @param alignment
     *            of the first address: a power of two; below the page size it means the page size
     * @throws IllegalArgumentException
     *             if the length or the alignment is not as described
     * @throws OsException
     *             if there is no such range
     */
    default Reservation reserve(String name, long bytes, long alignment) {
        return Reservation.open(this, name, bytes, alignment);
    }

    /**
     * Maps the range of a reservation; {@link #reserve} is what callers want.
     *
     * @param scope
     *            what the segment belongs to. Closing it unmaps the range if and only if {@link #canRescope()} is false
     * @throws IllegalArgumentException
     *             if the length or the alignment is not as described at {@link #reserve}
     * @throws OsException
     *             if there is no such range
     */
    MemorySegment map(Arena scope, long bytes, long alignment);

    /**
     * Gives a reservation's addresses back; only the {@link Reservation} calls this, at its very end. Nothing may reach
     * them any more.
     *
     * @throws OsException
     *             if the system refuses: the range is as before
     */
    void unmap(long address, long bytes);

    /**
     * Makes a range writable. It reads zeros if it was never committed, or was released where
     * {@link #zeroesOnRelease()}. No page is taken before it is written.
     *
     * @throws OsException
     *             if the system refuses (memory, address space or the number of mappings is exhausted): a part of the
     *             range may have become writable, and committing or releasing the range again is right
     */
    void commit(long address, long bytes);

    /**
     * Undoes {@link #commit} and gives the pages back. The range stays readable; a write to it may end the process.
     *
     * @throws OsException
     *             if the system refuses: the contents are as before, and the range is to be released or committed again
     */
    void release(long address, long bytes);

    /**
     * Gives the pages of a range back and leaves it as writable as it is. Where {@link #returnsPages()} it then reads
     * zeros, otherwise this does nothing.
     *
     * @throws OsException
     *             if the system refuses: the contents are unspecified, the range is as writable as before
     */
    void purge(long address, long bytes);

    /**
     * Asks for huge pages.
     *
     * @return false where the system has no such request
     * @throws OsException
     *             if the system refuses
     */
    boolean adviseHugePages(long address, long bytes);

    /**
     * Returns how many bytes of a range are in memory of its own: pages written and neither purged, released nor
     * swapped out. Pages that were only read share the system's page of zeros and do not count. Takes time in
     * proportion to {@code bytes}, so ask for what is committed rather than for a whole reservation.
     *
     * @return a multiple of the page size, or -1 where the system does not tell
     */
    long residentBytes(long address, long bytes);
}
