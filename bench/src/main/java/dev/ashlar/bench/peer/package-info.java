/**
 * The allocators under test, behind one small interface through which every workload, benchmark and comparison runs the same code.
 *
 * <p>A {@link dev.ashlar.bench.peer.Peer} is an allocator. It makes {@link dev.ashlar.bench.peer.Blocks}, whose slots hold blocks as
 * the allocator hands them out, be it an address or an object; and {@link dev.ashlar.bench.peer.Worker}s, one for each thread, which
 * fill and empty slots. Each peer is measured in a JVM of its own, so every call below a worker has one target there, and is inlined;
 * what is left of the harness is measured with the peer {@code null}.
 *
 * <p>May use {@code core}'s exported packages, {@code bench.libc}, {@code bench.memory}, and the peers' libraries, which are on the
 * class path of a measuring JVM. Peers are safe for concurrent use as far as their {@link dev.ashlar.bench.peer.Threading} says;
 * workers belong to a thread; blocks are passed from thread to thread by whoever uses them.
 */
@NullMarked
package dev.ashlar.bench.peer;

import org.jspecify.annotations.NullMarked;
