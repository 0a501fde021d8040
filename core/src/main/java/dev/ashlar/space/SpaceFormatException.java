package dev.ashlar.space;

import java.io.IOException;

/** A saved free-space map that is not whole and sound: cut short, damaged, of a later version, or something else. Nothing was loaded. */
public final class SpaceFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long offset;

    SpaceFormatException(long offset, String found, String expected) {
        super("free-space map: byte " + offset + ": " + found + " (expected: " + expected + ")");
        this.offset = offset;
    }

    /** Where the refused field begins, in bytes from the start of the map. */
    public long offset() {
        return offset;
    }
}
