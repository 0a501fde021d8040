/**
 * The {@code ashlar} command: reads the command line, prints tables and messages, answers with an exit code. The work is done by
 * {@code dev.ashlar.bench}.
 *
 * <p>May use {@code bench}, the words of {@code dev.ashlar}, and picocli. One thread.
 */
@NullMarked
package dev.ashlar.cli;

import org.jspecify.annotations.NullMarked;
