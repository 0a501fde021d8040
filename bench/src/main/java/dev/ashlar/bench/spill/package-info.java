/** How fast a spill file is written, beside {@code dd} on the same file system. Single-threaded. */
@NullMarked
package dev.ashlar.bench.spill;

import org.jspecify.annotations.NullMarked;
