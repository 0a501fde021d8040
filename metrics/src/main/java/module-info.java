/** Meters, management, maps and pictures of live pools. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"}) // Micrometer has no module descriptor.
module dev.ashlar.metrics {
    requires com.fasterxml.jackson.core;
    requires transitive dev.ashlar.arenas;
    requires transitive dev.ashlar.core;
    requires transitive java.management;
    requires jdk.httpserver;
    requires jdk.jfr;
    requires jdk.net;
    requires static transitive micrometer.core;
    requires static transitive org.jspecify;

    exports dev.ashlar.attach;
    exports dev.ashlar.doctor;
    exports dev.ashlar.json;
    exports dev.ashlar.management;
    exports dev.ashlar.map;
    exports dev.ashlar.metrics;
    exports dev.ashlar.page;
    exports dev.ashlar.sites;

    provides dev.ashlar.arenas.PoolListener with
            dev.ashlar.attach.AttachListener;
}
