/**
 * Movable blocks: the handles that stand for them, and the passes that move them together.
 *
 * <p>May use {@code arena}, and of the core all but {@code heap} and {@code trace}. Thread-safe; pins take no lock.
 */
@NullMarked
package dev.ashlar.movable;

import org.jspecify.annotations.NullMarked;
