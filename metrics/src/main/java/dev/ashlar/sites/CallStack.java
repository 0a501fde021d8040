package dev.ashlar.sites;

import java.util.List;

/**
 * Where a block was allocated.
 *
 * @param site the line that called the pool, as {@code org.example.Sort.spill:42}
 * @param methods the methods that led there, the outermost first, the one of the site last
 */
record CallStack(String site, List<String> methods) {
    /** Of a sample without a stack trace. */
    static final CallStack UNKNOWN = new CallStack("unknown", List.of("unknown"));

    CallStack {
        methods = List.copyOf(methods);
    }
}
