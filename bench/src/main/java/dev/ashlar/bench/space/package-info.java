/**
 * Runs a text file of allocate and free requests over an extent space, a bitmap or a set of volumes: what {@code ashlar space replay} does.
 *
 * <pre>
 *   SpaceReplay  ->  SpaceScript (ScriptLine, Step)  ->  Target: RangeTarget (Space), VolumeTarget (VolumeSet)
 *                ->  SpaceReport                     ->  SpaceTable, SpaceJson, SpaceSvg
 * </pre>
 *
 * <p>May use the exported packages of {@code core} and Jackson's streaming API. Nothing here is safe for concurrent use. The text format is described in
 * {@code docs/volumes.md}.
 */
@NullMarked
package dev.ashlar.bench.space;

import org.jspecify.annotations.NullMarked;
