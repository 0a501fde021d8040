/**
 * Measuring processes: how they are started, spoken with, and ended with this one.
 *
 * <p>Uses the JDK only. Safe for concurrent use, but for a {@link dev.ashlar.bench.process.Conversation}, which has one owner.
 */
@NullMarked
package dev.ashlar.bench.process;

import org.jspecify.annotations.NullMarked;
