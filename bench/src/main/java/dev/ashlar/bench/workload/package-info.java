/**
 * The multi-threaded workloads of the field, over any {@link dev.ashlar.bench.peer.Peer}.
 *
 * <p>{@link dev.ashlar.bench.workload.WorkloadRuns} runs in the parent and measures nothing itself. Each pair of workload and
 * allocator gets a JVM of its own:
 *
 * <pre>
 *   WorkloadRuns -> ChildProcess ==process==> WorkloadChild -> Stage -> a Workload -> Hand -> Worker
 *                                                                                          -> Meter
 * </pre>
 *
 * <p>A workload is one small class. It makes its threads through its {@link dev.ashlar.bench.workload.Stage}, and allocates and frees
 * through the {@link dev.ashlar.bench.workload.Hand} that each thread is given. At its end every block is free.
 *
 * <p>May use {@code bench.peer}, {@code bench.memory}, {@code bench.process}, HdrHistogram and Jackson's streaming API.
 */
@NullMarked
package dev.ashlar.bench.workload;

import org.jspecify.annotations.NullMarked;
