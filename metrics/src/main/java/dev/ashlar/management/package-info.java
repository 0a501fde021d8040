/**
 * Management beans of pools: their figures, and what can be done to them, as open types.
 *
 * <p>May use what {@code core} and {@code arenas} export. A bean holds its pool weakly. Reading starts at {@code PoolManagement}, then {@code PoolBean}.
 */
@NullMarked
package dev.ashlar.management;

import org.jspecify.annotations.NullMarked;
