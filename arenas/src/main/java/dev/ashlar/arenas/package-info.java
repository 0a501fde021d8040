/**
 * The concurrent memory pool, its views and budgets: what users call.
 *
 * <p>May use {@code pool}, {@code cache}, and of the core all but {@code heap} and {@code trace}. Thread-safe, but for what is confined by name.
 */
@NullMarked
package dev.ashlar.arenas;

import org.jspecify.annotations.NullMarked;
