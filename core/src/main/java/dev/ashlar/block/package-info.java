/**
 * The block: where its header lies, what the header's bits mean, and which addresses begin a block.
 *
 * <p>May use {@code dev.ashlar} and {@code os}. Not thread-safe: the owner of the memory calls.
 */
@NullMarked
package dev.ashlar.block;

import org.jspecify.annotations.NullMarked;
