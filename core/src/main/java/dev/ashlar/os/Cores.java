package dev.ashlar.os;

/** Which core a thread runs on: a hint, out of date as soon as it is known. */
public final class Cores {
    private static final boolean KNOWN = PosixMemory.unavailable() == null && PosixCalls.currentCore() >= 0;

    private Cores() {}

    /** Returns how many cores this process may use. */
    public static int count() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** Returns the number of the core that this thread runs on, 0 or more; where the system does not tell, a number of the thread's own. */
    public static int current() {
        return KNOWN
                ? PosixCalls.currentCore()
                : (int) (Thread.currentThread().threadId() & Integer.MAX_VALUE);
    }
}
