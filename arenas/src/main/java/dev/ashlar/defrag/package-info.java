/**
 * What a pool's worker does about fragmentation and idle memory: when (policy, decay), what (steps), in which pieces, and the report of it.
 *
 * <p>Sees a pool through {@link DefragSpace} and its arenas through {@link DefragArena}; may use {@code dev.ashlar} and nothing else of Ashlar. Used by one
 * thread at a time, except where a class says otherwise.
 */
@NullMarked
package dev.ashlar.defrag;

import org.jspecify.annotations.NullMarked;
