/**
 * The C library's allocator, called from Java as cheaply as can be: what replay and benchmarks compare Ashlar with.
 *
 * <p>Uses {@code java.lang.foreign} only. Safe for concurrent use.
 */
@NullMarked
package dev.ashlar.bench.libc;

import org.jspecify.annotations.NullMarked;
