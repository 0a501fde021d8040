package dev.ashlar.region;

/**
 * Told when {@link Regions} were committed or released. Called under their monitor, the innermost lock of a pool, when all is done: it takes no lock
 * that is another's, calls nothing of the pool, and does not throw.
 */
public interface RegionListener {
    /** Tells nobody. */
    RegionListener NONE = new RegionListener() {
        @Override
        public void committed(int first, int count, int owner) {
            // Nobody asked.
        }

        @Override
        public void released(int region) {
            // Nobody asked.
        }
    };

    /**
     * Regions were committed.
     *
     * @param first the lowest of them
     * @param count how many; retained ones may lie between them
     * @param owner who took them into use, or {@link Regions#NOBODY} if the operating system refused those behind them
     */
    void committed(int first, int count, int owner);

    /** A retained region was released. */
    void released(int region);
}
