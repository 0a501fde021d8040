package dev.ashlar.movable;

import dev.ashlar.InvalidFreeException;
import dev.ashlar.InvalidFreeException.Reason;

import static dev.ashlar.movable.Entry.GENERATION_MASK;

/** Why a number is no live handle, by the entry that it leads to. Called under the monitor of the {@link HandleTable} whose parts it is given. */
final class HandleDiagnosis {
    private final String poolName;
    private final long handle;
    private final String action;

    private HandleDiagnosis(String poolName, long handle, String action) {
        this.poolName = poolName;
        this.handle = handle;
        this.action = action;
    }

    /**
     * What to throw.
     *
     * @param chunks of entries
     * @param firstGeneration of each chunk
     * @param handle that was refused
     * @param action that it was to be used for
     */
    static InvalidFreeException explain(
            String poolName, long[][] chunks, int[] firstGeneration, long handle, String action) {
        return new HandleDiagnosis(poolName, handle, action).explain(chunks, firstGeneration);
    }

    private InvalidFreeException explain(long[][] chunks, int[] firstGeneration) {
        long index = Entry.index(handle);
        if (index < 0 || index >> HandleTable.CHUNK_SHIFT >= chunks.length) {
            return refused(Reason.NOT_FROM_POOL, "no handle of this pool");
        }
        int chunk = HandleTable.chunkOf(handle);
        long[] entries = chunks[chunk];
        if (entries.length == 0) {
            return refused(Reason.STALE, "freed long ago, or no handle of this pool");
        }
        int at = HandleTable.at(handle);
        int generation = HandleTable.generationAt(entries, at);
        int age = (generation - Entry.generation(handle)) & GENERATION_MASK;
        int issued = (generation - firstGeneration[chunk]) & GENERATION_MASK;
        boolean unused = Entry.isFree(HandleTable.wordAt(entries, at));
        if (age > issued || (age == 0 && unused)) {
            return refused(Reason.NOT_FROM_POOL, "no handle of this pool");
        }
        return age == 0 || (age == 1 && unused)
                ? refused(Reason.DOUBLE_FREE, age == 0 ? "being freed at this moment" : "freed")
                : refused(Reason.STALE, "freed, and its entry used again");
    }

    private InvalidFreeException refused(Reason reason, String found) {
        return new InvalidFreeException(
                reason,
                0,
                "pool '%s': %s of movable block 0x%x: %s (expected: a live handle of it)"
                        .formatted(poolName, action, handle, found));
    }
}
