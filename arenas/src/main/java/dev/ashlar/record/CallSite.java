package dev.ashlar.record;

import java.util.Optional;
import java.util.stream.Stream;

/** The line of a program that called the pool. */
final class CallSite {
    private static final StackWalker WALKER = StackWalker.getInstance();

    private CallSite() {}

    /** The innermost frame of this thread that is neither Ashlar's nor an allocator interface's, as {@code org.example.Sort.spill:42}. */
    static String ofThisThread() {
        return WALKER.walk(CallSite::firstOfCaller)
                .map(frame -> frame.getClassName() + "." + frame.getMethodName() + ":" + frame.getLineNumber())
                .orElse("unknown");
    }

    private static Optional<StackWalker.StackFrame> firstOfCaller(Stream<StackWalker.StackFrame> frames) {
        return frames.filter(frame -> !isOwn(frame.getClassName())).findFirst();
    }

    private static boolean isOwn(String className) {
        return className.startsWith("dev.ashlar.arenas.")
                || className.startsWith("dev.ashlar.pool.")
                || className.startsWith("dev.ashlar.record.")
                || className.startsWith("java.lang.foreign.");
    }
}
