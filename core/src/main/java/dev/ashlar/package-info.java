/**
 * The words that every layer and every user of Ashlar shares: policies, block states, statistics and errors.
 *
 * <p>May use nothing but {@code java.base}. Everything here is immutable and safe to share between threads.
 */
@NullMarked
package dev.ashlar;

import org.jspecify.annotations.NullMarked;
