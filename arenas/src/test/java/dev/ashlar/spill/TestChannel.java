package dev.ashlar.spill;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/** A file in memory, whose calls fail, or do less than they could, as a test wishes. */
final class TestChannel implements SpillChannel {
    private byte[] contents = new byte[0];
    private int size;
    private boolean closed;

    /** What it may hold: more is refused as by a full disk. */
    long diskBytes = Integer.MAX_VALUE;

    Faults faults = (_, _) -> Fault.NONE;

    /** Which call fails how. */
    @FunctionalInterface
    interface Faults {
        Fault of(Call call, long position) throws IOException;
    }

    enum Call {
        WRITE,
        READ,
        TRUNCATE,
        FORCE,
        CLOSE
    }

    enum Fault {
        NONE,
        /** A part is moved. */
        SHORT,
        /** Nothing is moved. */
        NOTHING,
        /** A part is moved, and then the call fails. */
        FAIL,
        /** All is moved, and one bit of it is another one. */
        FLIP
    }

    private Fault fault(Call call, long position) throws IOException {
        if (closed) {
            throw new IOException("used after close");
        }
        return faults.of(call, position);
    }

    @Override
    public synchronized int write(ByteBuffer source, long position) throws IOException {
        Fault fault = fault(Call.WRITE, position);
        int count = count(fault, source.remaining());
        byte[] bytes = new byte[count];
        source.get(bytes);
        if (position + count > diskBytes) {
            throw new IOException("No space left on device");
        }
        int end = (int) position + count;
        if (end > contents.length) {
            contents = Arrays.copyOf(contents, Math.max(end, 2 * contents.length));
        }
        if (count > 0) {
            size = Math.max(size, end);
        }
        System.arraycopy(bytes, 0, contents, (int) position, count);
        if (fault == Fault.FLIP && count > 0) {
            contents[(int) position + count / 2] ^= 4;
        }
        return finish(fault, "write", count);
    }

    @Override
    public synchronized int read(ByteBuffer target, long position) throws IOException {
        Fault fault = fault(Call.READ, position);
        if (position >= size) {
            return -1;
        }
        int count = count(fault, (int) Math.min(target.remaining(), size - position));
        byte[] bytes = Arrays.copyOfRange(contents, (int) position, (int) position + count);
        if (fault == Fault.FLIP && count > 0) {
            bytes[count / 2] ^= 4;
        }
        target.put(bytes);
        return finish(fault, "read", count);
    }

    private static int count(Fault fault, int all) {
        return switch (fault) {
            case NONE, FLIP -> all;
            case SHORT, FAIL -> all / 2 + all % 2;
            case NOTHING -> 0;
        };
    }

    private static int finish(Fault fault, String call, int count) throws IOException {
        if (fault == Fault.FAIL) {
            throw new IOException(call + " fails");
        }
        return count;
    }

    @Override
    public synchronized void truncate(long byteSize) throws IOException {
        if (fault(Call.TRUNCATE, byteSize) != Fault.NONE) {
            throw new IOException("truncate fails");
        }
        size = (int) Math.min(size, byteSize);
        Arrays.fill(contents, size, contents.length, (byte) 0);
    }

    @Override
    public synchronized void force() throws IOException {
        if (fault(Call.FORCE, 0) != Fault.NONE) {
            throw new IOException("force fails");
        }
    }

    @Override
    public synchronized long usableBytes() {
        return diskBytes - size;
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        if (Objects.requireNonNull(faults.of(Call.CLOSE, 0)) != Fault.NONE) {
            throw new IOException("close fails");
        }
    }

    synchronized int size() {
        return size;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized void flip(int position) {
        if (position < size) {
            contents[position] ^= 1;
        }
    }
}
