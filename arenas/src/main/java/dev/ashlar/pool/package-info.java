/**
 * The pool by address: routing between caches and arenas, growth, stealing, exhaustion, waiting, closing.
 *
 * <p>May use {@code slab}, {@code cache}, {@code arena}, {@code movable}, {@code defrag} and {@code record}, and of the core all but {@code heap} and {@code trace}.
 * Thread-safe.
 */
@NullMarked
package dev.ashlar.pool;

import org.jspecify.annotations.NullMarked;
