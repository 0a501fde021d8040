/**
 * One table of all allocators over all kinds of work, each figure beside those that were taken in the same minutes.
 *
 * <p>{@link dev.ashlar.bench.compare.Comparison} runs in the parent. Each allocator has one measuring JVM for all timed cells, which
 * measures a slice of a cell when it is told to; slices of all allocators alternate, so that a machine that changes its speed does it
 * to all alike. C programs take part as processes of their own. Resident memory is measured afterwards, in fresh processes.
 *
 * <pre>
 *   Comparison -> JavaRow ==Conversation==> CompareChild -> Cell -> Peer
 *              -> CRow    ==process=======> yardstick.c, with LD_PRELOAD
 * </pre>
 *
 * <p>May use {@code bench}'s other packages and Jackson's streaming API. One thread.
 */
@NullMarked
package dev.ashlar.bench.compare;

import org.jspecify.annotations.NullMarked;
