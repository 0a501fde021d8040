/**
 * Micrometer meters of pools.
 *
 * <p>May use what {@code core} and {@code arenas} export. Nothing here holds a pool strongly. Reading starts at {@code AshlarMetrics}, then {@code PoolMeters}.
 */
@NullMarked
package dev.ashlar.metrics;

import org.jspecify.annotations.NullMarked;
