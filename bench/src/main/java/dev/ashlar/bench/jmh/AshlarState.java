package dev.ashlar.bench.jmh;

import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import dev.ashlar.heap.Heap;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** An Ashlar heap with a {@link Population}. */
@State(Scope.Thread)
public class AshlarState {
    private static final long SPARE_BYTES = 256L << 20;

    /** How many blocks are live. */
    @Param({"1000", "100000", "1000000"})
    public int live;

    /** Any of {@link FitPolicy}: {@code -p policy=FIRST_FIT,NEXT_FIT,BEST_FIT,WORST_FIT,SEGREGATED_FIT}. */
    @Param("SEGREGATED_FIT")
    public FitPolicy policy;

    /** Either of {@link Coalescing}. */
    @Param({"IMMEDIATE", "DEFERRED"})
    public Coalescing coalescing;

    Heap heap;
    Population population;

    /** Makes heap and population. */
    @Setup(Level.Trial)
    public void setUp() {
        heap = Heap.builder()
                .name("benchmark")
                .capacity(Population.capacityBytes(live) + SPARE_BYTES)
                .policy(policy)
                .coalescing(coalescing)
                .build();
        population = new Population(live, heap::allocateAddress, heap::freeAddress);
    }

    /** Gives the heap back. Nothing else: JMH counts what is allocated here as the last iteration's. */
    @TearDown(Level.Trial)
    public void tearDown() {
        heap.close();
    }
}
