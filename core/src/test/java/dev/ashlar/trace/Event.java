package dev.ashlar.trace;

/** One event of a trace, as an object that tests can keep and compare. */
record Event(TraceOp op, int thread, long block, long byteSize, long alignment) {
    static Event allocate(int thread, long block, long byteSize) {
        return new Event(TraceOp.ALLOCATE, thread, block, byteSize, 1);
    }

    static Event allocateAligned(int thread, long block, long byteSize, long alignment) {
        return new Event(TraceOp.ALLOCATE_ALIGNED, thread, block, byteSize, alignment);
    }

    static Event free(int thread, long block) {
        return new Event(TraceOp.FREE, thread, block, 0, 1);
    }

    static Event resize(int thread, long block, long byteSize) {
        return new Event(TraceOp.RESIZE, thread, block, byteSize, 1);
    }

    static Event current(TraceReader reader) {
        return new Event(reader.op(), reader.thread(), reader.block(), reader.byteSize(), reader.alignment());
    }
}
