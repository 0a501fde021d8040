package dev.ashlar.stress;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.ashlar.PoolExhaustedException;
import dev.ashlar.arenas.ConfinedPool;
import dev.ashlar.arenas.Contents;
import dev.ashlar.os.Memory;
import org.jspecify.annotations.Nullable;

/**
 * What one thread does: allocates by all ways that there are, fills, hands over, checks, frees by another way. Half of its life it holds more and
 * more, the other half less and less.
 */
final class StressWorker {
    private static final int LIFE = 20_000;
    private static final int SHORT_LIFE = 400;
    private static final long NANOS_TO_WAIT = 500_000;
    private static final int MOST_HELD = 1200;

    private final StressRun run;
    private final SplittableRandom random;
    private final List<Holding> held = new ArrayList<>();

    StressWorker(StressRun run, long seed) {
        this.run = run;
        random = new SplittableRandom(seed);
    }

    /** A thread's life, with a view of its own for some of it. */
    void run() {
        int life = 1 + random.nextInt(LIFE);
        try (ConfinedPool view = run.pool.confined()) {
            for (int i = 0; i < life && !run.stopping; i++) {
                step(i < life / 2, random.nextInt(4) == 0 ? view : null);
            }
            if (random.nextBoolean()) {
                freeAll(view);
            }
        }
        leave();
    }

    /** A virtual thread's life. */
    void runShortly() {
        for (int i = 0; i < SHORT_LIFE && !run.stopping; i++) {
            step(i < SHORT_LIFE / 2, null);
        }
        leave();
    }

    /** Gives what it holds to others, as far as they take it. */
    private void leave() {
        for (Holding holding : held) {
            if (!run.handOver.offer(holding)) {
                free(holding);
            }
        }
        held.clear();
    }

    private void step(boolean growing, @Nullable ConfinedPool view) {
        run.steps.increment();
        int choice = random.nextInt(100);
        if (choice < 2) {
            scope();
        } else if (choice < 6) {
            resizeOne();
        } else if (choice < 12) {
            handOverOne();
        } else if (choice < 16) {
            takeOver();
        } else if (choice < (growing ? 65 : 45) && held.size() < MOST_HELD) {
            allocateOne(view);
        } else if (!held.isEmpty()) {
            freeOne(view);
        }
    }

    /** Mostly cells, many small; some blocks, a few larger than a region. */
    private long size() {
        int choice = random.nextInt(1000);
        if (choice < 900) {
            return random.nextLong(1L << (4 + random.nextInt(10)));
        }
        return choice < 995 ? random.nextLong(1 << 17) : random.nextLong(3 << 20);
    }

    private long alignment() {
        return random.nextInt(10) == 0 ? 1L << random.nextInt(17) : 16;
    }

    private void allocateOne(@Nullable ConfinedPool view) {
        long bytes = size();
        try {
            boolean ofBudget = view == null && random.nextInt(6) == 0;
            long address = ofBudget ? run.budget.allocateAddress(bytes, alignment()) : allocate(bytes, view);
            if (address != 0) {
                hold(address, bytes, ofBudget);
            }
        } catch (PoolExhaustedException e) {
            // What an engine does: it gives up some of what it has, and goes on.
            for (int i = 0; i < 20 && !held.isEmpty(); i++) {
                freeOne(view);
            }
        }
    }

    private long allocate(long bytes, @Nullable ConfinedPool view) {
        if (view != null) {
            return random.nextBoolean()
                    ? view.allocateAddress(bytes)
                    : view.allocate(bytes, alignment()).address();
        }
        return switch (random.nextInt(16)) {
            case 0 -> run.pool.allocateAddress(bytes, alignment());
            case 1 -> run.pool.tryAllocateAddress(bytes, alignment());
            case 2 -> run.pool.allocate(bytes, alignment()).address();
            case 3 -> bytes > 4096 ? allocateInTime(bytes) : run.pool.allocateAddress(bytes);
            default -> run.pool.allocateAddress(bytes);
        };
    }

    private long allocateInTime(long bytes) {
        try {
            return run.pool.allocateAddress(bytes, 16, Duration.ofNanos(NANOS_TO_WAIT));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void hold(long address, long bytes, boolean ofBudget) {
        Holding holding = new Holding(address, bytes, run.numbers.incrementAndGet(), ofBudget);
        run.shadow.enter(holding.from(), holding.to());
        holding.fill();
        held.add(holding);
    }

    private void freeOne(@Nullable ConfinedPool view) {
        freeBy(takeOne(), view);
    }

    private Holding takeOne() {
        int index = random.nextInt(held.size());
        Holding taken = held.get(index);
        Holding last = held.removeLast();
        if (index < held.size()) {
            held.set(index, last);
        }
        return taken;
    }

    /** Frees a block whose contents must be as they were left. */
    void free(Holding holding) {
        freeBy(holding, null);
    }

    private void freeBy(Holding holding, @Nullable ConfinedPool view) {
        holding.check(Long.MAX_VALUE);
        run.shadow.leave(holding.from(), holding.to());
        if (view != null) {
            view.freeAddress(holding.address());
        } else if (holding.budget() && random.nextBoolean()) {
            run.budget.freeAddress(holding.address());
        } else {
            run.pool.freeAddress(holding.address());
        }
    }

    private void freeAll(ConfinedPool view) {
        for (Holding holding : held) {
            freeBy(holding, view);
        }
        held.clear();
    }

    private void resizeOne() {
        if (held.isEmpty()) {
            return;
        }
        Holding before = takeOne();
        before.check(Long.MAX_VALUE);
        long bytes = random.nextBoolean() ? size() : before.bytes() + random.nextInt(64);
        run.shadow.leave(before.from(), before.to());
        long address;
        try {
            address = run.pool.resizeAddress(before.address(), bytes);
        } catch (PoolExhaustedException e) {
            run.shadow.enter(before.from(), before.to());
            before.check(Long.MAX_VALUE);
            held.add(before);
            return;
        }
        before.checkMovedTo(address, bytes);
        hold(address, bytes, before.budget());
    }

    private void handOverOne() {
        if (!held.isEmpty()) {
            Holding given = takeOne();
            if (!run.handOver.offer(given)) {
                free(given);
            }
        }
    }

    private void takeOver() {
        Holding taken = run.handOver.poll();
        if (taken != null) {
            taken.check(64);
            if (random.nextBoolean()) {
                free(taken);
            } else {
                held.add(taken);
            }
        }
    }

    /** A callback's work: frees what is on its way. */
    void spill(long bytes) {
        long freed = 0;
        for (Holding taken = run.handOver.poll(); taken != null; taken = run.handOver.poll()) {
            free(taken);
            freed += taken.bytes();
            if (freed >= 2 * bytes) {
                return;
            }
        }
    }

    private void scope() {
        if (!run.plan.hasScopes()) {
            return;
        }
        Contents contents = random.nextBoolean() ? Contents.ZEROED : Contents.UNSPECIFIED;
        try (Arena arena =
                random.nextInt(20) == 0 ? run.pool.openSharedArena(contents) : run.pool.openArena(contents)) {
            use(arena, contents == Contents.ZEROED);
        } catch (PoolExhaustedException e) {
            // What it got has gone back all the same.
        }
    }

    private void use(Arena arena, boolean zeroed) {
        List<Holding> inside = new ArrayList<>();
        try {
            int count = random.nextInt(8);
            for (int i = 0; i < count; i++) {
                long bytes = random.nextLong(random.nextInt(8) == 0 ? 20_000 : 500);
                MemorySegment segment = arena.allocate(bytes, alignment());
                Holding holding = new Holding(segment.address(), bytes, run.numbers.incrementAndGet(), false);
                run.shadow.enter(holding.from(), holding.to());
                inside.add(holding);
                if (zeroed && Memory.mismatchZero(segment.address(), bytes) >= 0) {
                    throw new AssertionError("not zeroed: " + segment);
                }
                holding.fill();
            }
        } finally {
            for (Holding holding : inside) {
                holding.check(Long.MAX_VALUE);
                run.shadow.leave(holding.from(), holding.to());
            }
        }
    }
}
