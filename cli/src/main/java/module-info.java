/** The {@code ashlar} command. */
@SuppressWarnings("requires-automatic") // Micrometer has no module descriptor.
module dev.ashlar.cli {
    requires dev.ashlar.bench;
    requires dev.ashlar.core;
    requires dev.ashlar.metrics;
    requires info.picocli;
    requires jdk.httpserver;
    requires jdk.jfr;
    requires micrometer.core;
    requires micrometer.registry.prometheus;
    requires static org.jspecify;

    opens dev.ashlar.cli to
            info.picocli;
}
