package dev.ashlar.attach;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A process that has attachable pools.
 *
 * @param pid its id
 * @param program its main class, module or jar; empty if it is not known
 * @param pools those that are open, in the order in which they were opened
 * @param problem why no more is known of it, or null
 */
public record AttachedProcess(long pid, String program, List<PoolSummary> pools, @Nullable String problem) {
    /** An unmodifiable copy of the list. */
    public AttachedProcess {
        pools = List.copyOf(pools);
    }
}
