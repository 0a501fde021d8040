package dev.ashlar.bench.space;

/** What a script is replayed over. */
public enum SpaceKind {
    /** {@code SpaceAllocator}: a file that grows. */
    EXTENTS,
    /** {@code BitmapSpace}: a volume of fixed-size units. */
    BITMAP,
    /** {@code VolumeSet}: a set of sources. */
    VOLUMES
}
