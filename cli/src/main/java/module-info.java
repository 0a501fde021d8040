/** The {@code ashlar} command. */
module dev.ashlar.cli {
    requires dev.ashlar.bench;
    requires dev.ashlar.core;
    requires dev.ashlar.metrics;
    requires info.picocli;
    requires static org.jspecify;

    opens dev.ashlar.cli to
            info.picocli;
}
