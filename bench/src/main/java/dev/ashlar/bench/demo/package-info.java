/**
 * An engine-like run over one pool, to be looked at: queries with budgets and scopes, sort runs, movable buffers, pages that spill, and waves that leave
 * fragmentation behind. Every block's contents are checked.
 *
 * <p>Reading starts at {@code DemoWorkload}; a {@code Part} is what a worker does, and belongs to it alone.
 */
@NullMarked
package dev.ashlar.bench.demo;

import org.jspecify.annotations.NullMarked;
