package dev.ashlar.arenas;

import java.time.Duration;

import dev.ashlar.InvalidFreeException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Two threads free one cell of a hardened pool at once. */
@JCStressTest
@Outcome(id = {"done, DOUBLE_FREE", "DOUBLE_FREE, done"}, expect = ACCEPTABLE,
        desc = "one of them frees it, the other is told")
@Outcome(expect = FORBIDDEN, desc = "freed twice, or not at all, or taken for damage")
@State
public class HardenedFreeStress {
    private static final MemoryPool POOL = MemoryPool.builder()
            .capacity(64 << 20)
            .hardened(true)
            .reclaimPeriod(Duration.ofDays(1))
            .build();

    private final long cell = POOL.allocateAddress(200);

    private String free() {
        try {
            POOL.freeAddress(cell);
            return "done";
        } catch (InvalidFreeException e) {
            return e.reason().toString();
        } catch (RuntimeException e) {
            return e.toString();
        }
    }

    @Actor
    public void one(LL_Result r) {
        r.r1 = free();
    }

    @Actor
    public void other(LL_Result r) {
        r.r2 = free();
    }
}
