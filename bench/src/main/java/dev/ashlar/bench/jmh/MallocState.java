package dev.ashlar.bench.jmh;

import dev.ashlar.bench.libc.Malloc;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The same {@link Population} in the C library's heap, which goes with the process. */
@State(Scope.Thread)
public class MallocState {
    /** How many blocks are live. */
    @Param({"1000", "100000", "1000000"})
    public int live;

    Population population;

    /** Makes the population. */
    @Setup(Level.Trial)
    public void setUp() {
        population = new Population(live, Malloc::malloc, Malloc::free);
    }
}
