package dev.ashlar.pool;

import java.util.Optional;
import java.util.OptionalLong;

import dev.ashlar.os.ControlGroup;

import static java.lang.System.Logger.Level.WARNING;

/** Compares a pool's capacity with what the process may have: a control group ends a process that goes beyond, instead of refusing. */
final class CapacityCheck {
    private CapacityCheck() {}

    /** Warns of a capacity that can't be reached. */
    static void warn(String poolName, long capacityBytes) {
        warning(poolName, capacityBytes, ControlGroup.memoryLimitBytes())
                .ifPresent(warning -> System.getLogger("dev.ashlar").log(WARNING, warning));
    }

    /** What there is to say. */
    static Optional<String> warning(String poolName, long capacityBytes, OptionalLong limitBytes) {
        if (limitBytes.isEmpty() || capacityBytes < limitBytes.getAsLong()) {
            return Optional.empty();
        }
        return Optional.of(
                "pool '%s': capacity: %d (expected: less than the control group's limit, %d; the system would end the process before the pool is exhausted)"
                        .formatted(poolName, capacityBytes, limitBytes.getAsLong()));
    }
}
