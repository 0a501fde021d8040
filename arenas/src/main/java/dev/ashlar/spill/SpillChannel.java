package dev.ashlar.spill;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The calls that a store makes on a file, so that a test can let each of them fail. Thread-safe. */
interface SpillChannel {
    /** As {@link java.nio.channels.FileChannel#write(ByteBuffer, long)}: it may take less than there is. */
    int write(ByteBuffer source, long position) throws IOException;

    /** As {@link java.nio.channels.FileChannel#read(ByteBuffer, long)}: it may give less than is asked for; -1 at the file's end. */
    int read(ByteBuffer target, long position) throws IOException;

    /** Makes the file this long, if it is longer. */
    void truncate(long byteSize) throws IOException;

    /** Brings the contents to the device. */
    void force() throws IOException;

    /** What the file system has left for this file. */
    long usableBytes() throws IOException;

    /** Closes the file, and deletes it. */
    void close() throws IOException;
}
