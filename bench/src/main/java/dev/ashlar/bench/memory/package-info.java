/**
 * Raw access to memory by address, and what the operating system counts as resident.
 *
 * <p>Uses {@code java.lang.foreign} and {@code /proc} only. {@link dev.ashlar.bench.memory.Memory} is safe for concurrent use, as far
 * as the callers' own bytes are.
 */
@NullMarked
package dev.ashlar.bench.memory;

import org.jspecify.annotations.NullMarked;
