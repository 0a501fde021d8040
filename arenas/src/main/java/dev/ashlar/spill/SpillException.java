package dev.ashlar.spill;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/**
 * What was to be spilled or restored is where it was: a block that was not written keeps its memory, and what was not read keeps its token. The message
 * names the store, the token, the offset, what was found and what was expected.
 */
public final class SpillException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    SpillException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What stood in the way. */
    public enum Kind {
        /** No room: the store's limit, or the file system's. */
        FULL,
        /** The file could not be written for another reason. */
        WRITE,
        /** The file could not be read. */
        READ,
        /** What was read is not what was written: the checksum differs. */
        DAMAGED,
        /** The file ends before the block does. */
        TRUNCATED,
        /** The file is gone. */
        MISSING,
        /** The file could not be made shorter, or be deleted. Counted where nobody waits for it; no block depends on it. */
        SHRINK,
        /** The store is closed. */
        CLOSED
    }

    /** What stood in the way. */
    public Kind kind() {
        return kind;
    }
}
