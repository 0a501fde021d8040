/**
 * Ranges of abstract address spaces: extents of a file that grows, contiguous units of a volume. What is handed out are numbers; all
 * bookkeeping is kept outside the space.
 *
 * <p>{@link dev.ashlar.space.Space} is what all have in common. {@link dev.ashlar.space.SpaceAllocator} keeps the free extents in trees and
 * suits files, and volumes with few and large extents; {@link dev.ashlar.space.BitmapSpace} keeps one bit a unit and suits large volumes
 * of small ones.
 *
 * <p>Uses {@code dev.ashlar} alone. Each class says whether several threads may use it.
 */
@NullMarked
package dev.ashlar.space;

import org.jspecify.annotations.NullMarked;
