package dev.ashlar.cli;

import java.io.IOException;

import dev.ashlar.attach.AttachClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which pool of which process is meant. */
final class PoolTarget {
    @Parameters(
            paramLabel = "PID",
            index = "0",
            converter = Converters.ProcessId.class,
            description = "The process, by its id: ./ashlar list shows those that have pools.")
    private long pid;

    @Option(
            names = "--pool",
            paramLabel = "NAME",
            description = "Which pool, if the process has several: its name; or # and its number, as list shows it, where names are equal.")
    private @Nullable String pool;

    PoolTarget() {}

    long pid() {
        return pid;
    }

    /** A command for the same pool. */
    String sameFor(String command) {
        return pool == null ? command : command + " --pool '" + pool + "'";
    }

    AttachClient client() throws IOException {
        AttachClient client = AttachClient.of(pid);
        return pool == null ? client : client.pool(pool);
    }
}
