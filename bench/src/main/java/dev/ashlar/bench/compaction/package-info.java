/**
 * How well compaction packs: movable blocks of mixed sizes are allocated, most of them freed at random, and the reservation's resident pages compared with
 * what is live, before and after.
 *
 * <p>May use {@code bench.memory}.
 */
@NullMarked
package dev.ashlar.bench.compaction;

import org.jspecify.annotations.NullMarked;
