/**
 * The operating system's memory: reserve a range of addresses, commit, purge and release parts of it, and read and
 * write it by absolute address.
 *
 * <p>
 * The lowest layer: it uses {@code java.base} only, and everything else in Ashlar stands on it.
 * {@link dev.ashlar.os.OsMemory} is what the system offers, {@link dev.ashlar.os.Reservation} the keeper of one range,
 * {@link dev.ashlar.os.Memory} the only class that turns an address into an access.
 *
 * <p>
 * <b>Threading.</b> Everything here may be called by any number of threads. Nothing orders calls on overlapping ranges:
 * whoever owns a range does.
 *
 * <p>
 * <b>Native access.</b> On Linux (x86-64, aarch64) the calls go to the C library through the linker, and raw accesses
 * through one segment over all of memory. Where native access is denied ({@code --illegal-native-access=deny} without
 * {@code --enable-native-access}) or the system is another one, a portable fallback serves the same interface and says
 * through its methods what it cannot do.
 */
@NullMarked
package dev.ashlar.os;

import org.jspecify.annotations.NullMarked;
