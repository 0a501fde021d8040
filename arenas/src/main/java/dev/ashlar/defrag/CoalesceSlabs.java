package dev.ashlar.defrag;

import dev.ashlar.DefragStep;

/** Makes free blocks of the empty slabs that arenas keep. */
final class CoalesceSlabs implements Step {
    @Override
    public DefragStep kind() {
        return DefragStep.COALESCE;
    }

    @Override
    public void run(DefragRun run) {
        run.forEachArena(this, arena -> {
            int sizeClass = 0;
            while (sizeClass >= 0 && run.goesOn()) {
                sizeClass = arena.mergeEmptySlabs(sizeClass);
            }
        });
    }
}
