/**
 * A picture of where a pool's memory is: every region as a strip, by what its bytes are used for; as a value, as SVG, as an HTML page.
 *
 * <p>May use what {@code core} and {@code arenas} export, and Jackson for JSON. Nothing here holds a pool.
 */
@NullMarked
package dev.ashlar.map;

import org.jspecify.annotations.NullMarked;
