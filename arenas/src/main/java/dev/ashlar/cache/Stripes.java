package dev.ashlar.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;

/**
 * The caches that virtual threads share: a few stripes, each taken by a compare-and-set and never waited for. Who finds none goes to
 * an arena.
 *
 * <p>A request keeps a stripe for a few instructions, and does not park meanwhile but to give cells back when caches may hold no more. Nor do others, but who empties idle
 * stripes (the worker, a reclaim). Nobody waits for a stripe: who finds it taken goes to the next.
 * Stripes are tried from one that the thread's id chooses, as in {@code java.util.concurrent.atomic.Striped64}. Thread-safe.
 */
public final class Stripes {
    private static final int MAX_TRIES = 4;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private final Stripe[] stripes;
    private final int shift;

    /** One cache, and whether somebody uses it. */
    public static final class Stripe {
        private static final VarHandle BUSY;

        static {
            try {
                BUSY = MethodHandles.lookup().findVarHandle(Stripe.class, "busy", boolean.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private final CoreCache cache;
        private volatile boolean busy;

        private Stripe(CoreCache cache) {
            this.cache = cache;
        }

        /** The cache, for who has the stripe. */
        public CoreCache cache() {
            return cache;
        }

        private boolean tryTake() {
            return !busy && BUSY.compareAndSet(this, false, true);
        }

        /** Gives the stripe back. */
        public void release() {
            busy = false;
        }
    }

    /**
     * So many stripes.
     *
     * @param count at least; rounded up to a power of two
     * @param factory makes the cache of each
     */
    public Stripes(int count, IntFunction<CoreCache> factory) {
        int size = Math.max(2, Integer.highestOneBit(2 * count - 1));
        stripes = new Stripe[size];
        Arrays.setAll(stripes, i -> new Stripe(factory.apply(i)));
        shift = Long.numberOfLeadingZeros(size - 1);
    }

    /** A stripe that nobody uses, or null after a few tries. The caller releases it, and doesn't park before. */
    public @Nullable Stripe tryTake() {
        int index = (int) ((Thread.currentThread().threadId() * SPREAD) >>> shift);
        for (int i = 0; i < MAX_TRIES && i < stripes.length; i++) {
            Stripe stripe = stripes[(index + i) & (stripes.length - 1)];
            if (stripe.tryTake()) {
                return stripe;
            }
        }
        return null;
    }

    /** The stripes that nobody uses at this moment are given to an action one by one, and released after it. */
    public void forEachIdle(Consumer<CoreCache> action) {
        for (Stripe stripe : stripes) {
            if (stripe.tryTake()) {
                try {
                    action.accept(stripe.cache);
                } finally {
                    stripe.release();
                }
            }
        }
    }

    /** The caches of all stripes, for figures. */
    public List<CoreCache> caches() {
        return Arrays.stream(stripes).map(Stripe::cache).toList();
    }
}
