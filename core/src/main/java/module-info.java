/** Ashlar's core: an off-heap allocator for one owner, allocators of file and volume space, and the format of recorded allocation traces. */
// The modules that the inner packages are for are built after this one.
@SuppressWarnings("module") module dev.ashlar.core {
    requires static transitive org.jspecify;

    exports dev.ashlar;
    exports dev.ashlar.heap;
    exports dev.ashlar.space;
    exports dev.ashlar.space.volume;
    exports dev.ashlar.trace;

    exports dev.ashlar.os to
            dev.ashlar.arenas;
    exports dev.ashlar.block to
            dev.ashlar.arenas;
    exports dev.ashlar.region to
            dev.ashlar.arenas;
    exports dev.ashlar.fit to
            dev.ashlar.arenas;
    exports dev.ashlar.lock to
            dev.ashlar.arenas;
    exports dev.ashlar.text to
            dev.ashlar.bench,
            dev.ashlar.cli,
            dev.ashlar.metrics;
}
