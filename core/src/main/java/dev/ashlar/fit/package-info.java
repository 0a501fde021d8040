/**
 * The free blocks of a heap and the policies that choose among them.
 *
 * <p>May use {@code dev.ashlar}, {@code os} and {@code block}. Not thread-safe: the owner of the blocks calls. Every link is checked before
 * it is followed.
 */
@NullMarked
package dev.ashlar.fit;

import org.jspecify.annotations.NullMarked;
