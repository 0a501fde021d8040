/**
 * {@link dev.ashlar.space.volume.VolumeSet}: extents on a set of sources (disks, files, volumes), as a volume manager places them.
 *
 * <p>All bookkeeping is on the Java heap, outside of what it describes; nothing is read or written. Lengths and offsets are counted in extents,
 * whatever an extent is to the caller. A set is thread-safe by one lock; values (requests, layouts, pieces) are immutable.
 *
 * <p>The call tree, each using only what stands below it:
 *
 * <pre>
 *   VolumeSet            the lock, the sources, the live placements
 *     Placer             tiers, full or approximate, refusals
 *       Accumulation     the strictest policy first, as much as it permits, then the next        (LVM's way)
 *       Completion       what that way misses: finds a placement under the policy if there is one
 *         WholeLegs, WrapAround, LegFlow, Slices
 *       Draft            what has been taken so far, and can be given back
 *         Problem        the request, its sources and domains, what it follows on from
 *           Room         a source's free runs and the pieces on it
 * </pre>
 */
@NullMarked
package dev.ashlar.space.volume;

import org.jspecify.annotations.NullMarked;
