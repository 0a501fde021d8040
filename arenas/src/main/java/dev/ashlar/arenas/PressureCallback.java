package dev.ashlar.arenas;

/** Frees memory when a request would else fail: spills, drops caches. Called on the thread that requests, with no lock of the pool held. */
@FunctionalInterface
public interface PressureCallback {
    /**
     * Frees what can be spared, in any pool of the program; may do nothing.
     *
     * @param bytesNeeded the size of the request
     */
    void freeMemory(long bytesNeeded);
}
