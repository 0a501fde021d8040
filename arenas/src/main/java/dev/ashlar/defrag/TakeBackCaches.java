package dev.ashlar.defrag;

import dev.ashlar.DefragStep;

/** Takes back the caches of ended threads; on demand, idle ones of virtual threads, too. */
final class TakeBackCaches implements Step {
    @Override
    public DefragStep kind() {
        return DefragStep.TAKE_BACK_CACHES;
    }

    @Override
    public void run(DefragRun run) {
        run.space().takeBackCaches(run.isRequested(), run::goesOn);
    }
}
