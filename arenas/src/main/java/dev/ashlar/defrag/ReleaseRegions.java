package dev.ashlar.defrag;

import dev.ashlar.DefragStep;

/** Gives back wholly free regions: on demand all, else those beyond what decay lets stay. Until then any arena may take them. */
final class ReleaseRegions implements Step {
    @Override
    public DefragStep kind() {
        return DefragStep.RELEASE;
    }

    @Override
    public void run(DefragRun run) {
        int keep = run.isRequested() ? 0 : run.regionsKept();
        try {
            for (long bytes = 0; bytes >= 0 && run.goesOn();) {
                bytes = run.space().releaseNext(keep);
                run.released(Math.max(0, bytes));
            }
        } finally {
            run.decays().released();
        }
    }
}
