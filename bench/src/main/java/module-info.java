/** Peers, workloads, trace replay, the comparison and the JMH suite. */
@SuppressWarnings("requires-automatic") // JMH and HdrHistogram have no module descriptor.
module dev.ashlar.bench {
    requires HdrHistogram;
    requires transitive com.fasterxml.jackson.core;
    requires transitive dev.ashlar.arenas;
    requires transitive dev.ashlar.core;
    requires java.management;
    requires jdk.management;
    // sun.misc.Unsafe, one of the peers.
    requires jdk.unsupported;
    // The peers are needed to compile. Who measures them runs in a JVM of its own, on the class path.
    requires static dev.ashlar.metrics;
    requires static io.netty.buffer;
    requires static jmh.core;
    requires static micrometer.registry.prometheus;
    requires static org.lwjgl.jemalloc;
    requires static org.lwjgl.rpmalloc;
    requires static transitive org.jspecify;

    exports dev.ashlar.bench.aggregation;
    exports dev.ashlar.bench.compaction;
    exports dev.ashlar.bench.compare;
    exports dev.ashlar.bench.demo;
    exports dev.ashlar.bench.peer;
    exports dev.ashlar.bench.replay;
    exports dev.ashlar.bench.space;
    exports dev.ashlar.bench.spill;
    exports dev.ashlar.bench.whatif;
    exports dev.ashlar.bench.workload;
}
