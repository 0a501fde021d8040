/**
 * How figures are written and read: the same words in tables, findings, pages and options, whichever module prints them.
 *
 * <p>Uses nothing but {@code java.base}; seen by Ashlar's own modules alone. All is stateless, and safe for all threads.
 */
@NullMarked
package dev.ashlar.text;

import org.jspecify.annotations.NullMarked;
