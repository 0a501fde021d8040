/**
 * Recording what a live pool does, as a trace: events from all threads in one order, through a ring to one thread that writes.
 *
 * <p>Knows of pools no more than addresses and sizes; uses {@code dev.ashlar} and {@code trace}. What threads may do is said at each class.
 */
@NullMarked
package dev.ashlar.record;

import org.jspecify.annotations.NullMarked;
