package dev.ashlar.arenas;

/** Something that was registered, and can be taken out again. */
@FunctionalInterface
public interface Registration extends AutoCloseable {
    /** Takes it out. Doing so again does nothing. */
    @Override
    void close();
}
