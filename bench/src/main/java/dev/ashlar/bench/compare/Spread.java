package dev.ashlar.bench.compare;

import java.util.Arrays;

/**
 * The middle of some figures, and how far they lie apart.
 *
 * @param median half are above it
 * @param least of them
 * @param most of them
 */
public record Spread(double median, double least, double most) {
    /** Of at least one figure. */
    static Spread of(double... figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** Each figure divided by the one that was taken beside it. */
    static Spread ofRatios(double[] figures, double[] beside) {
        double[] ratios = new double[figures.length];
        for (int i = 0; i < figures.length; i++) {
            ratios[i] = figures[i] / beside[i];
        }
        return of(ratios);
    }
}
