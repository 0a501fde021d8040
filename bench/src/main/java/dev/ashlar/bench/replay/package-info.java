/**
 * Replays recorded allocation traces through Ashlar and through plain alternatives, checks every block, and measures time and
 * memory.
 *
 * <p>{@link dev.ashlar.bench.replay.Replay} runs in the parent and measures nothing itself. Each pair of trace and allocator gets
 * three child JVMs, one for the checked pass, one for the timed passes, one for resident memory:
 *
 * <pre>
 *   Replay -> ChildJvm ==process==> ReplayChild -> CheckedPass  -> CheckedReplay -> ReplayAllocator, LiveBlockModel; HeapAudit
 *                                                  TimedPasses  -> ReplayLoop    -> ReplayAllocator
 *                                                  ResidentPass -> ReplayLoop    -> ReplayAllocator
 *
 *                                   in parallel:   ParallelTrace; ReplayCrew -> Handover
 *                                                  ParallelCheckedPass  -> CheckedReplay
 *                                                  ParallelTimedPasses  -> ParallelLoop -> ReplayLoop
 *                                                  ParallelResidentPass -> ParallelLoop -> ReplayLoop
 * </pre>
 *
 * <p>A child meets one allocator only. Were two timed in one JVM, the call sites of the replay loop would have seen both, and the
 * compiler would dispatch where it now inlines: the figures would depend on the order of the runs.
 *
 * <p>May use the exported packages of {@code core} and {@code arenas} and Jackson's streaming API. Nothing here is safe for concurrent use, except where a
 * class says so.
 */
@NullMarked
package dev.ashlar.bench.replay;

import org.jspecify.annotations.NullMarked;
