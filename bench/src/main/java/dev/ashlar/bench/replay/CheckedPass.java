package dev.ashlar.bench.replay;

/**
 * Replays a trace once and checks every block.
 *
 * <ul>
 *   <li>At each event: what {@link CheckedReplay} says. At the end: that each live block holds what was written to it.
 *   <li>Every {@code validateEvery} events: the allocator's own {@link ReplayAllocator#validate}.
 *   <li>With {@code verify}: {@link ReplayAllocator#validate} and {@link ReplayAllocator#audit} each time the former is due, after
 *       the last event, and once more when all blocks have been freed.
 * </ul>
 *
 * <p>The first fault ends the pass.
 */
final class CheckedPass {
    /** For {@code validateEvery}: not at all. */
    static final long NEVER = 0;

    private final FlatTrace trace;
    private final ReplayAllocator allocator;
    private final boolean verify;
    private final long validateEvery;
    private final CheckedReplay checked;

    /**
     * A checked pass.
     *
     * @param trace to replay
     * @param allocator to check, without any live block
     * @param verify whether to compare the allocator's own view of its blocks with the replay's
     * @param validateEvery the number of events between two validations, or {@link #NEVER}
     */
    CheckedPass(FlatTrace trace, ReplayAllocator allocator, boolean verify, long validateEvery) {
        this.trace = trace;
        this.allocator = allocator;
        this.verify = verify;
        this.validateEvery = validateEvery;
        this.checked = new CheckedReplay(trace.blockCount());
    }

    /**
     * Runs the pass, once.
     *
     * @throws CheckFailedException at the first fault
     */
    void run() throws CheckFailedException {
        for (int event = 0; event < trace.eventCount(); event++) {
            checked.replay(allocator, event, trace.operation(event), trace.block(event));
            if (validateEvery != NEVER && (event + 1) % validateEvery == 0) {
                checked.validate(event, trace.operation(event), trace.block(event), this::validate);
            }
        }
        checked.checkWhole(allocator, trace.eventCount(), verify);
        for (int block = 0; block < trace.blockCount(); block++) {
            if (checked.model().isLive(block)) {
                checked.freeLeft(allocator, trace.eventCount(), block);
            }
        }
        checked.checkWhole(allocator, trace.eventCount(), verify);
    }

    private void validate() {
        allocator.validate();
        if (verify) {
            allocator.audit(checked.model());
        }
    }
}
