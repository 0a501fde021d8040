package dev.ashlar.defrag;

import dev.ashlar.DefragStep;
import dev.ashlar.OsException;

/** Gives back the dirty pages of free blocks: on demand all, else those beyond what decay lets stay, the oldest first. */
final class PurgePages implements Step {
    /** An operating system that has refused so often will go on. */
    private static final int MOST_REFUSALS = 16;

    @Override
    public DefragStep kind() {
        return DefragStep.PURGE;
    }

    @Override
    public void run(DefragRun run) {
        run.forEachArena(this, arena -> {
            long due = run.isRequested() ? Long.MAX_VALUE : run.dirtyPagesDue(arena);
            if (due > 0) {
                int age = run.isRequested() ? 0 : run.decays().leastAge(arena, due);
                purge(run, arena, arena.purge(due, age));
            }
        });
    }

    private void purge(DefragRun run, DefragArena arena, DefragArena.Purge purge) {
        int refusals = 0;
        boolean more = true;
        try {
            while (more && purge.pagesLeft() > 0 && refusals < MOST_REFUSALS && run.goesOn(purge.bytes())) {
                try {
                    more = purge.run();
                } catch (OsException e) {
                    refusals++;
                    run.failed(this, arena.number(), e);
                }
            }
        } finally {
            run.purged(arena, purge.bytes(), purge.purges());
            run.decays().purged(arena);
        }
    }
}
