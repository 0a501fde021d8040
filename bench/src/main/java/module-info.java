/** Trace replay and the JMH suite. */
@SuppressWarnings("requires-automatic") // JMH has no module descriptor; it is needed to compile, and not to replay.
module dev.ashlar.bench {
    requires com.fasterxml.jackson.core;
    requires dev.ashlar.arenas;
    requires transitive dev.ashlar.core;
    requires java.management;
    requires jdk.management;
    requires static jmh.core;
    requires static transitive org.jspecify;

    exports dev.ashlar.bench.replay;
}
