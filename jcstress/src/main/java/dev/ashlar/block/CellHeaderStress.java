package dev.ashlar.block;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Two threads free one cell in a hardened pool: the header goes from live to free once. */
@JCStressTest
@Outcome(id = {"true, false, true", "false, true, true"}, expect = ACCEPTABLE, desc = "one of them frees it")
@Outcome(expect = FORBIDDEN, desc = "freed twice, or not at all, or the header is torn")
@State
public class CellHeaderStress {
    private static final int SIZE_CLASS = 3;
    private static final int SLOTS = 1 << 18;

    /** So many slots that none is used again while its state is in use. */
    private static final long SLOT_ADDRESSES = Arena.global().allocate(SLOTS * 16L, 16).address();

    private static final AtomicInteger NEXT = new AtomicInteger();

    private final long cell = SLOT_ADDRESSES + 8 + 16L * (NEXT.getAndIncrement() & (SLOTS - 1));

    /** A live cell of its own. */
    public CellHeaderStress() {
        CellHeaders.write(cell, CellHeaders.liveCode(SIZE_CLASS));
    }

    private boolean free() {
        return CellHeaders.exchange(cell, CellHeaders.liveCode(SIZE_CLASS), CellHeaders.freeCode(SIZE_CLASS));
    }

    @Actor
    public void first(ZZZ_Result r) {
        r.r1 = free();
    }

    @Actor
    public void second(ZZZ_Result r) {
        r.r2 = free();
    }

    @Arbiter
    public void after(ZZZ_Result r) {
        r.r3 = CellHeaders.read(cell) == CellHeaders.freeCode(SIZE_CLASS);
    }
}
