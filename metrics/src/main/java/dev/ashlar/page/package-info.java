/**
 * A live page of a pool: its map, curves, tables and findings in a browser, over HTTP on this machine alone unless wanted otherwise. Read-only.
 *
 * <p>Reading starts at {@link dev.ashlar.page.HeapMapServer}; then {@code Access} (who may see), {@code PageHandler} (what is answered), {@code Sampler} (when the pool
 * is read) and {@code PoolReader} (what is read). Uses {@code dev.ashlar} and {@code dev.ashlar.arenas}, JSON, the map and the doctor. One thread reads the pool, while
 * somebody looks; each request has a virtual thread, for a bounded time.
 */
@NullMarked
package dev.ashlar.page;

import org.jspecify.annotations.NullMarked;
