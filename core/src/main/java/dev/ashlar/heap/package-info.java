/**
 * {@link dev.ashlar.heap.Heap}: the allocator for one owner.
 *
 * <p>May use every layer of {@code core} below it: {@code dev.ashlar}, {@code os}, {@code block}, {@code fit}, {@code region}. A heap is not
 * thread-safe; the memory that it hands out may be used by any thread.
 */
@NullMarked
package dev.ashlar.heap;

import org.jspecify.annotations.NullMarked;
