package dev.ashlar.bench.whatif;

/** A series as a line of blocks of eight heights. */
final class Sparkline {
    private static final String BLOCKS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";

    private Sparkline() {}

    /** Draws shares, 0 to 1, over a width; each column is the mean of its part. A share of 1 is a full block. */
    static String draw(double[] shares, int width) {
        StringBuilder line = new StringBuilder();
        int columns = Math.min(width, shares.length);
        for (int column = 0; column < columns; column++) {
            int from = (int) ((long) column * shares.length / columns);
            int to = (int) ((column + 1L) * shares.length / columns);
            double sum = 0;
            for (int i = from; i < to; i++) {
                sum += shares[i];
            }
            line.append(BLOCKS.charAt(height(sum / (to - from))));
        }
        return line.toString();
    }

    private static int height(double share) {
        return Math.clamp((int) (share * BLOCKS.length()), 0, BLOCKS.length() - 1);
    }
}
