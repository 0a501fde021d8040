package dev.ashlar.event;

import java.lang.ref.WeakReference;
import java.util.concurrent.CopyOnWriteArrayList;

import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Recording;

import static java.lang.System.Logger.Level.DEBUG;

/**
 * Tells pools when recordings start and stop, as what is sampled depends on what they enable. Does not begin Flight Recorder, and keeps no pool. Settings
 * that change while a recording runs are not told: pools look after them now and then.
 */
public final class RecordingWatch implements FlightRecorderListener {
    private static final RecordingWatch INSTANCE = new RecordingWatch();

    private final CopyOnWriteArrayList<WeakReference<Runnable>> told = new CopyOnWriteArrayList<>();
    private boolean listening;

    private RecordingWatch() {}

    /** Has somebody told of each change, for as long as they can be reached otherwise, or until {@link #remove}. */
    public static void add(Runnable watcher) {
        INSTANCE.told.removeIf(other -> other.refersTo(null));
        INSTANCE.told.add(new WeakReference<>(watcher));
        INSTANCE.listen();
    }

    /** Tells somebody no more. */
    public static void remove(Runnable watcher) {
        INSTANCE.told.removeIf(other -> other.refersTo(watcher) || other.refersTo(null));
    }

    private synchronized void listen() {
        if (!listening) {
            listening = true;
            try {
                FlightRecorder.addListener(this);
            } catch (IllegalStateException e) {
                System.getLogger("dev.ashlar").log(DEBUG, "no Flight Recorder here; nothing is recorded or sampled", e);
            }
        }
    }

    /** Any state: what is enabled now may be something else. */
    @Override
    public void recordingStateChanged(Recording recording) {
        for (WeakReference<Runnable> each : told) {
            Runnable watcher = each.get();
            if (watcher != null) {
                watcher.run();
            }
        }
    }
}
