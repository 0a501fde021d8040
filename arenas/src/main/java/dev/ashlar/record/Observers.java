package dev.ashlar.record;

import dev.ashlar.record.Sampler.Sample;
import org.jspecify.annotations.Nullable;

/**
 * Who is told of the blocks that a pool hands out and takes back, off the hot path: a recorder of all of them, a sampler of some, or both.
 *
 * @param recorder or null
 * @param sampler or null
 */
public record Observers(@Nullable Recorder recorder, @Nullable Sampler sampler) {
    /**
     * Tells of a block that the caller has, and nobody else knows of yet.
     *
     * @return whether they are to be told of its free
     */
    public boolean allocated(long address, long byteSize, long alignment, int owner) {
        if (recorder != null) {
            recorder.allocated(address, byteSize, alignment);
        }
        boolean sampled = sampler != null && sampler.allocated(address, byteSize, owner);
        return recorder != null || sampled;
    }

    /** The recorder's place for a free or a change of size that is about to happen. */
    public long claim() {
        return recorder == null ? EventRing.REFUSED : recorder.claim();
    }

    /** The sample of a block that is about to be freed, or change its size; or null. */
    public @Nullable Sample take(long address) {
        return sampler == null ? null : sampler.take(address);
    }

    /** Tells of a free that happened after place and sample were taken, or that it failed. */
    public void freed(long place, @Nullable Sample sample, long address, boolean happened) {
        if (recorder != null) {
            recorder.freed(place, address, happened);
        }
        if (sampler != null && sample != null) {
            sampler.freed(sample, happened);
        }
    }

    /**
     * Tells of a change of size that happened after place and sample were taken, or that it failed. For the sampler it is a free and an allocation.
     *
     * @return whether they are to be told of the free of the block where it is now
     */
    public boolean resized(
            long place,
            @Nullable Sample sample,
            long address,
            long moved,
            long byteSize,
            int owner,
            boolean happened) {
        if (recorder != null) {
            recorder.resized(place, address, moved, byteSize, happened);
        }
        boolean sampled = false;
        if (sampler != null) {
            if (sample != null) {
                sampler.freed(sample, happened);
            }
            sampled = happened && sampler.allocated(moved, byteSize, owner);
        }
        return recorder != null || sampled;
    }
}
