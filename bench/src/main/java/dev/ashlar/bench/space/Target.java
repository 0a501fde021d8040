package dev.ashlar.bench.space;

import java.util.List;

/** What a script runs on. */
interface Target {
    /**
     * What became of a request.
     *
     * @param parts that an allocation got
     * @param refusal why it was refused; empty if it was not
     */
    record Answer(List<Part> parts, String refusal) {
        static final Answer DONE = new Answer(List.of(), "");

        static Answer refused(String reason) {
            return new Answer(List.of(), reason);
        }

        boolean isRefused() {
            return !refusal.isEmpty();
        }
    }

    /**
     * Serves a request. What is freed, and what is continued, is live.
     *
     * @throws ScriptException if the request makes no sense, such as a free of what was freed
     */
    Answer serve(Step step) throws ScriptException;

    /** Whether an allocation of that name has something left. */
    boolean isLive(String name);

    /** Units in use. */
    long used();

    /** External fragmentation. */
    double fragmentation();

    /**
     * Lets the space validate itself, and compares it with all that is live.
     *
     * @throws IllegalStateException if anything differs
     */
    void validate();

    /** The space, or each source, and what is allocated there. */
    List<SpaceReport.Mapped> map();
}
