/** Meters, management, maps and pictures of live pools. */
@SuppressWarnings("requires-automatic") // Micrometer has no module descriptor.
module dev.ashlar.metrics {
    requires com.fasterxml.jackson.core;
    requires transitive dev.ashlar.arenas;
    requires transitive dev.ashlar.core;
    requires jdk.jfr;
    requires static micrometer.core;
    requires static transitive org.jspecify;

    exports dev.ashlar.doctor;
    exports dev.ashlar.sites;
}
