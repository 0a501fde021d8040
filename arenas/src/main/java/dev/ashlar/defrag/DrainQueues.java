package dev.ashlar.defrag;

import dev.ashlar.DefragStep;

/** Puts back what waited in the queues when it began: whoever adds faster than this drains can't keep it here. */
final class DrainQueues implements Step {
    @Override
    public DefragStep kind() {
        return DefragStep.DRAIN_QUEUES;
    }

    @Override
    public void run(DefragRun run) {
        run.forEachArena(this, arena -> {
            long target = arena.returnedBytes() + arena.figures().queuedBytes();
            boolean more = true;
            while (more && arena.returnedBytes() < target && run.goesOn()) {
                more = arena.drainQueue();
            }
        });
    }
}
