/**
 * Which call sites hold a pool's bytes: reads the sampled blocks of a recording of Flight Recorder, and shows them as a table, JSON, or a flame graph.
 *
 * <p>Uses {@code jdk.jfr}'s reader and nothing of a live pool. What is read is a value; nothing here is for several threads.
 */
@NullMarked
package dev.ashlar.sites;

import org.jspecify.annotations.NullMarked;
