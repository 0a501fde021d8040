package dev.ashlar.arenas;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

import dev.ashlar.os.Memory;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** A pool is closed while others use it: they get what they ask for or an {@link IllegalStateException}, and nothing else. */
public final class CloseStress {
    private CloseStress() {}

    private interface Attempt {
        void run();
    }

    private static String outcome(Attempt attempt) {
        try {
            attempt.run();
            return "done";
        } catch (IllegalStateException e) {
            return "closed";
        } catch (RuntimeException | Error e) {
            return e.toString();
        }
    }

    /** A pool for each state: the smallest that there is. */
    public static class Fixture {
        final MemoryPool pool = MemoryPool.builder()
                .capacity(1 << 20)
                .arenas(1)
                .reclaimPeriod(Duration.ofDays(1))
                .build();

        void close(LL_Result r) {
            r.r2 = outcome(pool::close);
        }
    }

    /** Allocating a cell and a block. */
    @JCStressTest
    @Outcome(id = {"done, done", "closed, done"}, expect = ACCEPTABLE, desc = "in time, or refused")
    @Outcome(expect = FORBIDDEN, desc = "another error")
    @State
    public static class Allocate extends Fixture {
        @Actor
        public void allocate(LL_Result r) {
            r.r1 = outcome(() -> {
                for (int i = 0; i < 4; i++) {
                    Memory.putLong(pool.allocateAddress(100), 1);
                    Memory.putLong(pool.allocateAddress(10_000), 1);
                }
            });
        }

        @Actor
        @Override
        public void close(LL_Result r) {
            super.close(r);
        }
    }

    /** Freeing cells and blocks. */
    @JCStressTest
    @Outcome(id = {"done, done", "closed, done"}, expect = ACCEPTABLE, desc = "in time, or refused")
    @Outcome(expect = FORBIDDEN, desc = "another error")
    @State
    public static class Free extends Fixture {
        private final long[] blocks = new long[8];

        /** Some of each. */
        public Free() {
            for (int i = 0; i < blocks.length; i += 2) {
                blocks[i] = pool.allocateAddress(100);
                blocks[i + 1] = pool.allocateAddress(10_000);
            }
        }

        @Actor
        public void free(LL_Result r) {
            r.r1 = outcome(() -> {
                for (long block : blocks) {
                    pool.freeAddress(block);
                }
            });
        }

        @Actor
        @Override
        public void close(LL_Result r) {
            super.close(r);
        }
    }

    /** Two close: both return, and it is closed then. */
    @JCStressTest
    @Outcome(id = "done, done", expect = ACCEPTABLE, desc = "both return")
    @Outcome(expect = FORBIDDEN, desc = "an error")
    @State
    public static class Close extends Fixture {
        @Actor
        public void closeToo(LL_Result r) {
            r.r1 = outcome(pool::close);
            r.r1 = pool.isClosed() ? r.r1 : "open";
        }

        @Actor
        @Override
        public void close(LL_Result r) {
            super.close(r);
        }
    }

    /** An arena is opened, used and closed. */
    @JCStressTest
    @Outcome(id = {"done, done", "closed, done"}, expect = ACCEPTABLE, desc = "in time, or refused")
    @Outcome(expect = FORBIDDEN, desc = "another error, or the arena's memory went away under it")
    @State
    public static class OpenArena extends Fixture {
        @Actor
        public void scope(LL_Result r) {
            r.r1 = outcome(() -> {
                try (Arena arena = pool.openArena()) {
                    var segment = arena.allocate(64);
                    segment.fill((byte) 1);
                    for (int i = 0; i < 64; i++) {
                        if (segment.get(ValueLayout.JAVA_BYTE, i) != 1) {
                            throw new AssertionError("purged");
                        }
                    }
                }
            });
        }

        @Actor
        @Override
        public void close(LL_Result r) {
            super.close(r);
        }
    }
}
