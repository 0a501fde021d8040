package dev.ashlar.record;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import dev.ashlar.RecordingEnd;
import org.jspecify.annotations.Nullable;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

/**
 * One recording of one pool: callers put events into a ring, a thread of its own takes them out and writes.
 *
 * <pre>{@code
 *     allocated                      the block is had  ->  claim, put        one place
 *     claim ... freed, resized       claim  ->  the block is given up  ->  put, or put that nothing happened
 *
 *     end      by close, pool, or the writer itself (limit, failed write, overflow):  detach the pool;  close the ring
 *              the writer takes what was claimed until then, closes the sink, and is done
 * }</pre>
 *
 * <p>The thread is a daemon and does not keep the pool: whether that is still there it asks now and then. After an error, and beyond the limit, it
 * goes on taking events out, and drops them, until the last one who had claimed a place has filled it.
 *
 * <p><b>Threads.</b> All methods may be called by any thread; none holds a lock while it waits.
 */
public final class Recorder {
    /** 2 MiB, which is some milliseconds of a few busy threads. */
    private static final int SLOTS = 1 << 15;

    private static final long IDLE_NANOS = 300_000;

    /** How often the writer looks for the last events to come, once none begins any more, before it takes them for lost. */
    private static final int MAX_LAST_LOOKS = 30_000;

    private final String pool;
    private final String target;
    private final EventSink sink;
    private final Runnable detach;
    private final BooleanSupplier isDropped;
    private final int cores;
    private final EventRing ring;
    private final Thread thread;
    private final Object monitor = new Object();
    private final CountDownLatch done = new CountDownLatch(1);

    // Guarded by monitor.
    private @Nullable RecordingEnd end;

    // Written by the writer.
    private volatile long events;
    private volatile long dropped;
    private volatile long bytes;
    private volatile @Nullable IOException failure;

    private long taken;
    private long refused;

    /**
     * A recording that has not begun.
     *
     * @param pool its name, for messages
     * @param target what is written, for messages
     * @param sink that takes the events; it is the recorder's from now on
     * @param detach lets the pool know this recorder no more; called once, perhaps by the recorder's own thread
     * @param isDropped whether the pool is not there any more; it must not keep it
     */
    public Recorder(
            String pool, String target, EventSink sink, Runnable detach, BooleanSupplier isDropped) {
        this(pool, target, sink, detach, isDropped, SLOTS);
    }

    /** For tests, with so many slots. */
    Recorder(
            String pool,
            String target,
            EventSink sink,
            Runnable detach,
            BooleanSupplier isDropped,
            int slots) {
        this.pool = pool;
        this.target = target;
        this.sink = sink;
        this.detach = detach;
        this.isDropped = isDropped;
        cores = Runtime.getRuntime().availableProcessors();
        ring = new EventRing(slots);
        thread = Thread.ofPlatform().daemon().name("ashlar-record-" + pool).unstarted(this::write);
        ring.taker(thread);
    }

    /** Starts the thread that writes. */
    public void start() {
        thread.start();
    }

    // What the pool's callers do

    /** Records a block that the caller has, and nobody else knows of yet. */
    public void allocated(long address, long byteSize, long alignment) {
        long place = ring.claim();
        if (place != EventRing.REFUSED) {
            ring.put(place, EventRing.ALLOCATED, address, address, byteSize, alignment, threadKey());
        }
    }

    /** The place of an event that is about to happen: to be given to {@link #freed} or {@link #resized}, whatever comes of it. */
    public long claim() {
        return ring.claim();
    }

    /** Records a free that happened after its place was claimed, or that it failed. */
    public void freed(long place, long address, boolean happened) {
        put(place, happened ? EventRing.FREED : EventRing.VOID, address, address, 0);
    }

    /** Records a change of size that happened after its place was claimed, or that it failed. */
    public void resized(long place, long address, long moved, long byteSize, boolean happened) {
        put(place, happened ? EventRing.RESIZED : EventRing.VOID, address, moved, byteSize);
    }

    private void put(long place, int kind, long address, long moved, long byteSize) {
        if (place != EventRing.REFUSED) {
            ring.put(place, kind, address, moved, byteSize, 1, threadKey());
        }
    }

    /** The thread as the sink knows it. Virtual threads count as their carriers might: as many as there are cores, however many there are. */
    private long threadKey() {
        Thread current = Thread.currentThread();
        long id = current.threadId();
        return current.isVirtual() ? -1 - id % cores : id;
    }

    // The end

    /** Ends the recording, unless it has ended. What was recorded is being written then; {@link #awaitDone} waits for it. */
    public void end(RecordingEnd reason) {
        synchronized (monitor) {
            if (end != null) {
                return;
            }
            end = reason;
        }
        detach.run();
        ring.close();
        LockSupport.unpark(thread);
    }

    /** Waits until the writer is done, which it is some time after the end. An interrupt is kept for later. */
    public void awaitDone() {
        await(done);
    }

    /** Open when the writer is done: for who waits for that, and is not to keep the recorder. */
    public CountDownLatch done() {
        return done;
    }

    /** Waits for a latch; an interrupt is kept for later. */
    public static void await(CountDownLatch latch) {
        boolean interrupted = false;
        for (boolean open = false; !open;) {
            try {
                latch.await();
                open = true;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Why it has ended, or null. */
    public @Nullable RecordingEnd end() {
        synchronized (monitor) {
            return end;
        }
    }

    // Figures

    /** Events written. While it runs, those of a moment ago. */
    public long events() {
        return events;
    }

    /**
     * Events taken in, and not written: they came when the file was full, or could not be written, and the pool had not been told yet. Among them may be
     * frees of blocks that are not the recording's.
     */
    public long dropped() {
        return dropped;
    }

    /** Bytes written, before they are compressed. */
    public long bytes() {
        return bytes;
    }

    /** What kept the file from being written, or null. */
    public @Nullable IOException failure() {
        return failure;
    }

    /** Where it goes, as messages say it. */
    public String target() {
        return target;
    }

    // The writer

    private void write() {
        try {
            int lastLooks = 0;
            while (!ring.isDone() && lastLooks < MAX_LAST_LOOKS) {
                if (ring.hasNext()) {
                    take();
                    ring.advance();
                    lastLooks = 0;
                } else {
                    lastLooks += end() == null ? 0 : 1;
                    rest();
                }
            }
        } catch (RuntimeException | Error e) {
            // Not foreseen. What it left of the file can't be trusted.
            sink.abandon();
            fail(new IOException("recording to " + target + ": " + e, e));
        } finally {
            try {
                finish();
            } finally {
                done.countDown();
            }
        }
    }

    private void take() {
        if (ring.kind() == EventRing.VOID) {
            return;
        }
        if (failure != null || sink.isFull()) {
            refused++;
            end(RecordingEnd.LIMIT);
            return;
        }
        try {
            if (give()) {
                taken++;
            }
        } catch (IOException e) {
            fail(e);
            refused++;
        }
    }

    private boolean give() throws IOException {
        return switch (ring.kind()) {
            case EventRing.ALLOCATED ->
                sink.allocated(ring.thread(), ring.address(), ring.byteSize(), ring.alignment());
            case EventRing.FREED -> sink.freed(ring.thread(), ring.address());
            default -> sink.resized(ring.thread(), ring.address(), ring.moved(), ring.byteSize());
        };
    }

    /** Nothing has come: tells how far it is, looks after the pool, and waits a little. */
    private void rest() {
        ring.tellTaken();
        tell();
        if (ring.isOverflown()) {
            end(RecordingEnd.FELL_BEHIND);
        }
        if (isDropped.getAsBoolean()) {
            end(RecordingEnd.POOL_DROPPED);
        }
        LockSupport.parkNanos(this, IDLE_NANOS);
    }

    private void tell() {
        events = taken;
        dropped = refused;
        bytes = sink.bytes();
    }

    private void fail(IOException e) {
        if (failure == null) {
            failure = e;
        }
        end(RecordingEnd.FAILED);
    }

    private void finish() {
        // After an error that was not foreseen, too: callers must not wait for a writer that is not there.
        end(ring.isOverflown() ? RecordingEnd.FELL_BEHIND : RecordingEnd.FAILED);
        tell();
        try {
            sink.close();
        } catch (IOException e) {
            fail(e);
        }
        report();
    }

    private void report() {
        System.Logger log = System.getLogger("dev.ashlar");
        IOException cause = failure;
        if (cause != null) {
            log.log(WARNING, "pool '" + pool + "': the recording to " + target + " failed; the pool goes on", cause);
        } else {
            RecordingEnd reason = end();
            log.log(
                    reason == RecordingEnd.CLOSED ? DEBUG : INFO,
                    "pool '%s': the recording to %s has ended with %d events: %s"
                            .formatted(pool, target, events, reason));
        }
    }
}
