package dev.ashlar.defrag;

import dev.ashlar.DefragStep;

/**
 * One thing that a defragmentation does. It asks {@link DefragRun#goesOn} before each piece of work, does what belongs to an arena inside of
 * {@link DefragRun#forEachArena}, and leaves the counting of what slices did to the arenas.
 */
interface Step {
    /** Which one it is: what policy and report know it by. */
    DefragStep kind();

    /** Does it, for all arenas of a run. What it throws is reported, and the next step runs all the same. */
    void run(DefragRun run);
}
