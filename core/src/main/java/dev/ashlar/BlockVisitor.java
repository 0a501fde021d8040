package dev.ashlar;

/** Receives the blocks of a heap, one call each, in ascending address order. */
@FunctionalInterface
public interface BlockVisitor {
    /**
     * Sees one block. Must not call back into the heap that is being walked.
     *
     * @param address of the block's first payload byte; absolute, a multiple of 16
     * @param usableBytes of the payload
     * @param state of the block
     */
    void visit(long address, long usableBytes, BlockState state);
}
