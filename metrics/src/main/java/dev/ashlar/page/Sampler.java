package dev.ashlar.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import dev.ashlar.json.RecordJson;
import dev.ashlar.map.HeapMap;
import org.jspecify.annotations.Nullable;

import static java.lang.System.Logger.Level.WARNING;

/**
 * Has the pool read once an interval while somebody looks, and tells all who look.
 *
 * <pre>
 *     viewers == 0   no reading but on request, and not before the last is an interval old
 *     viewers  > 0   one reading an interval, by one thread, for all of them
 * </pre>
 *
 * <p>What is told is the last frame: who is slow misses some, holds nobody, and nothing piles up for him. The points of all frames stay, {@value #MOST_POINTS} at most, and are what a
 * new viewer begins with; while nobody looks there are none, which the curves show as a gap.
 */
final class Sampler implements AutoCloseable {
    static final int MOST_POINTS = 600;
    static final int MOST_VIEWERS = 16;

    private final PoolReader reader;
    private final Duration interval;
    private final LongSupplier clock;
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("ashlar-page").factory());

    // Of the thread.
    private @Nullable HeapMap lastMap;

    // Guarded by this object's monitor, which is held for moments.
    private final Deque<FigurePoint> points = new ArrayDeque<>();
    private Frame latest = Frame.NONE;
    private long latestNanos;
    private long readings;
    private int viewers;
    private @Nullable Future<?> ticking;
    private boolean isEnded;

    /**
     * What there is to see.
     *
     * @param number from 1 on; 0 if nothing was read yet
     * @param isPoolClosed whether the rest is the last that was seen of the pool
     * @param figures as JSON in one line; empty if there are none
     * @param mapNumber that of the frame in which the map was new; 0 if there is none
     * @param map itself
     * @param mapJson as JSON in one line; empty if there is none
     * @param problem why there is no newer map, or no newer figures; else empty
     */
    record Frame(
            long number,
            boolean isPoolClosed,
            String figures,
            long mapNumber,
            @Nullable HeapMap map,
            String mapJson,
            String problem) {
        static final Frame NONE = new Frame(0, false, "", 0, null, "", "");

        private Frame closed() {
            return new Frame(number + 1, true, figures, mapNumber, map, mapJson, "");
        }

        private Frame failed(String why) {
            return new Frame(number + 1, false, figures, mapNumber, map, mapJson, why);
        }
    }

    /** Somebody who looks. For one thread. */
    final class Viewer implements AutoCloseable {
        private final List<FigurePoint> begin;
        private long seen;

        /** Under the monitor. */
        private Viewer(boolean isFresh) {
            begin = List.copyOf(points);
            seen = isFresh ? latest.number() - 1 : latest.number();
        }

        /** What was seen before, oldest first. */
        List<FigurePoint> points() {
            return begin;
        }

        /** The next frame that this viewer has not seen, when there is one; null if there will be none. */
        @Nullable
        Frame next() throws InterruptedException {
            synchronized (Sampler.this) {
                while (latest.number() <= seen && !isEnded) {
                    Sampler.this.wait();
                }
                seen = latest.number();
                return isEnded ? null : latest;
            }
        }

        @Override
        public void close() {
            leave();
        }
    }

    Sampler(PoolReader reader, Duration interval, LongSupplier clock) {
        this.reader = reader;
        this.interval = interval;
        this.clock = clock;
        thread.setRemoveOnCancelPolicy(true);
    }

    /** Begins to look; null if too many do, or the server has ended. */
    synchronized @Nullable Viewer join() {
        if (viewers == MOST_VIEWERS || isEnded) {
            return null;
        }
        boolean isFresh = isFresh();
        if (viewers++ == 0) {
            long delay = latest.number() == 0 ? 0 : interval.toNanos() - (clock.getAsLong() - latestNanos);
            ticking = thread.scheduleWithFixedDelay(
                    this::read, Math.max(0, delay), interval.toNanos(), TimeUnit.NANOSECONDS);
        }
        return new Viewer(isFresh);
    }

    private synchronized void leave() {
        if (--viewers == 0 && ticking != null) {
            ticking.cancel(false);
            ticking = null;
        }
    }

    private boolean isFresh() {
        return latest.number() > 0 && clock.getAsLong() - latestNanos < interval.toNanos();
    }

    /** The frame of this moment, or of less than an interval ago. */
    Frame current() throws InterruptedException {
        synchronized (this) {
            if (isFresh()) {
                return latest;
            }
        }
        try {
            return thread.submit(this::readIfOld).get();
        } catch (ExecutionException | CancellationException | RejectedExecutionException e) {
            throw new IllegalStateException("the server has ended", e);
        }
    }

    private Frame readIfOld() {
        synchronized (this) {
            if (isFresh()) {
                return latest;
            }
        }
        return read();
    }

    /** By the thread: nothing that it throws may end it. */
    private Frame read() {
        try {
            PoolReader.Reading reading = reader.read();
            return reading == null ? publish(latest().closed(), null)
                    : publish(frame(reading), reading.figures().point());
        } catch (RuntimeException e) {
            Frame last = latest();
            if (last.problem().isEmpty()) {
                System.getLogger("dev.ashlar").log(WARNING, "no figures for the live page", e);
            }
            return publish(last.failed(e.toString()), null);
        }
    }

    private Frame frame(PoolReader.Reading reading) {
        Frame last = latest();
        long number = last.number() + 1;
        HeapMap map = reading.map();
        String figures = figures(reading.figures());
        if (map == null || map.equals(lastMap)) {
            return new Frame(
                    number, false, figures, last.mapNumber(), last.map(), last.mapJson(), reading.problem());
        }
        lastMap = map;
        return new Frame(number, false, figures, number, map, json(map), reading.problem());
    }

    private static String figures(Figures figures) {
        try {
            return RecordJson.line(figures);
        } catch (IOException e) {
            throw new UncheckedIOException("to memory", e);
        }
    }

    private static String json(HeapMap map) {
        try {
            StringBuilder text = new StringBuilder();
            map.writeJson(text);
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException("to memory", e);
        }
    }

    private synchronized Frame latest() {
        return latest;
    }

    private synchronized Frame publish(Frame frame, @Nullable FigurePoint point) {
        latest = frame;
        latestNanos = clock.getAsLong();
        readings++;
        if (point != null) {
            if (points.size() == MOST_POINTS) {
                points.removeFirst();
            }
            points.addLast(point);
        }
        notifyAll();
        return frame;
    }

    synchronized long readings() {
        return readings;
    }

    synchronized int viewers() {
        return viewers;
    }

    synchronized boolean isReading() {
        return ticking != null;
    }

    /** Ends the thread, and has all viewers told. */
    @Override
    public void close() {
        synchronized (this) {
            isEnded = true;
            notifyAll();
        }
        thread.shutdownNow();
    }
}
