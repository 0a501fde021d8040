package dev.ashlar.os;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/**
 * A scope opens while the reservation closes, an asymmetric Dekker handshake: either the scope sees the close, or the close sees the scope and
 * leaves its pages. When the scope ends the pages go.
 */
public final class HoldStress {
    private static final long MARK = 0x5EED;

    private HoldStress() {}

    /** One page with a mark, and a counter. */
    private static class Fixture {
        final Reservation reservation = OsMemory.posix().reserve("jcstress", 1 << 12, 1 << 12);
        final Hold hold = reservation.newHold();

        /** What the pool has for it: set before the handshake, and looked at behind {@link Hold#enter}. */
        volatile boolean closed;

        Fixture() {
            OsMemory.posix().commit(reservation.address(), reservation.byteSize());
            Memory.putLong(reservation.address(), MARK);
        }

        boolean marked() {
            return Memory.getLong(reservation.address()) == MARK;
        }
    }

    /** The scope's thread counts by itself, without an atomic operation. */
    @JCStressTest
    @Outcome(id = {"false, false, true", "true, true, true"}, expect = ACCEPTABLE, desc = "one saw the other")
    @Outcome(id = "false, true, true", expect = ACCEPTABLE,
            desc = "both saw each other: refused, and purged afterwards")
    @Outcome(expect = FORBIDDEN, desc = "pages gone under an open scope, or never returned")
    @State
    public static class OneOwner {
        private final Fixture fixture = new Fixture();
        private boolean opened;

        @Actor
        public void open(ZZZ_Result r) {
            fixture.hold.enter();
            opened = !fixture.closed;
            if (!opened) {
                fixture.hold.exit();
            }
            r.r1 = opened;
        }

        @Actor
        public void close(ZZZ_Result r) {
            fixture.closed = true;
            fixture.reservation.close();
            r.r2 = fixture.marked();
        }

        @Arbiter
        public void after(ZZZ_Result r) {
            if (opened) {
                fixture.hold.exit();
            }
            fixture.reservation.scopeEnded();
            r.r3 = !fixture.marked();
        }
    }

    /** The same for threads that share a counter. */
    @JCStressTest
    @Outcome(id = {"false, false, true", "true, true, true"}, expect = ACCEPTABLE, desc = "one saw the other")
    @Outcome(id = "false, true, true", expect = ACCEPTABLE,
            desc = "both saw each other: refused, and purged afterwards")
    @Outcome(expect = FORBIDDEN, desc = "pages gone under an open scope, or never returned")
    @State
    public static class Shared {
        private final Fixture fixture = new Fixture();
        private boolean opened;

        @Actor
        public void open(ZZZ_Result r) {
            fixture.hold.enterShared();
            opened = !fixture.closed;
            if (!opened) {
                fixture.hold.exitShared();
            }
            r.r1 = opened;
        }

        @Actor
        public void close(ZZZ_Result r) {
            fixture.closed = true;
            fixture.reservation.close();
            r.r2 = fixture.marked();
        }

        @Arbiter
        public void after(ZZZ_Result r) {
            if (opened) {
                fixture.hold.exitShared();
            }
            fixture.reservation.scopeEnded();
            r.r3 = !fixture.marked();
        }
    }
}
