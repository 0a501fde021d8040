/**
 * The core arenas: regions, blocks and slabs behind one lock each, and the queues of what other threads give back.
 *
 * <p>May use {@code slab} and {@code cache}, and of the core all but {@code heap} and {@code trace}. Arenas are thread-safe; a thread has at most one of
 * their locks at a time.
 */
@NullMarked
package dev.ashlar.arena;

import org.jspecify.annotations.NullMarked;
