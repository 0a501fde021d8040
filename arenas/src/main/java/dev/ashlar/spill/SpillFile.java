package dev.ashlar.spill;

import java.nio.file.Path;
import java.util.List;

import dev.ashlar.space.Extent;
import dev.ashlar.space.SpaceAllocator;

/**
 * A file that blocks are spilled to. Its space is a {@link SpaceAllocator}: what was restored or discarded is used again, and the file is made shorter when
 * what lies at its end is given up.
 *
 * <pre>{@code
 *     try (SpillFile spill = SpillFile.builder(Path.of("/tmp/query7.spill")).limit(16L << 30).build()) {
 *         SpillToken token = spill.spill(pool, block);               // the block is free now
 *         MemorySegment again = spill.restore(token, pool);
 *     }
 * }</pre>
 */
public final class SpillFile extends SpillStore {
    private final Path path;
    private final FileGround ground;

    SpillFile(Path path, FileGround ground, SpillEngine<FileGround.Site> engine) {
        super(engine);
        this.path = path;
        this.ground = ground;
    }

    /** Settings of a spill file, all with defaults. The file must not be there yet, its directory must. */
    public static SpillFileBuilder builder(Path file) {
        return new SpillFileBuilder(file);
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Which bytes of the file contents lie in: a copy, lowest offset first. O(n) in their number. */
    public List<Extent> extents() {
        return ground.extents();
    }
}
