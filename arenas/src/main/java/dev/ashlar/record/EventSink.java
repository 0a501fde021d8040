package dev.ashlar.record;

import java.io.IOException;

/**
 * Where a recording's events go, in their one order. Owned by the thread that writes.
 *
 * <p>Each method says whether the event is the recording's: a block that was live before it began is none of its business.
 */
public interface EventSink {
    /** A block was handed out. */
    boolean allocated(long thread, long address, long byteSize, long alignment) throws IOException;

    /** A block was taken back. */
    boolean freed(long thread, long address) throws IOException;

    /** A block has another size now, and perhaps another address. */
    boolean resized(long thread, long address, long moved, long byteSize) throws IOException;

    /** Bytes taken so far, of the limit. */
    long bytes();

    /** Whether another event might be beyond the limit. */
    boolean isFull();

    /** Lets {@link #close} undo all, as after an error. */
    void abandon();

    /** Ends it, and makes of it what it is to be. After an error: undoes all. */
    void close() throws IOException;
}
