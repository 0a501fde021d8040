package dev.ashlar.fit;

import java.util.List;

import dev.ashlar.FitEvidence;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class FitWindowTest {
    @Test
    void evidence_countedWindow_hasEachFigure() {
        FitWindow window = new FitWindow();
        window.begin(100, 1000, 5_000_000_000L);
        for (int i = 0; i < 6; i++) {
            window.served(2);
        }
        window.served(63);
        window.served(64);
        window.missed();
        window.missed();
        window.grown();
        window.end(104, 1040, 7_000_000_000L);
        window.free(5, 1000, 400, 100);

        FitEvidence evidence = window.evidence();
        assertEquals(8, evidence.requests());
        assertEquals(List.of(0L, 0L, 0L, 0L, 0L, 6L, 0L, 0L, 0L, 1L, 1L), evidence.sizes());
        assertEquals(4, evidence.frees());
        assertEquals(104, evidence.liveBlocks());
        assertEquals(2, evidence.misses());
        assertEquals(1, evidence.growths());
        assertEquals(40, evidence.steps());
        assertEquals(5, evidence.regions());
        assertEquals(1000, evidence.inUseBytes());
        assertEquals(400, evidence.freeBytes());
        assertEquals(100, evidence.largestFreeBytes());
        assertEquals(2_000_000_000L, evidence.nanos());
        assertEquals(0.75, evidence.fragmentation());
        assertEquals(0.3, evidence.scattered());
        assertEquals(5, evidence.searchLength());
        assertEquals(0.25, evidence.missRate());
        assertEquals(208, evidence.lifetime());
        assertEquals(4, evidence.load());
        assertEquals(0.125, window.largeShare());
    }

    @Test
    void evidence_nothingCounted_isZero() {
        FitWindow window = new FitWindow();
        window.begin(7, 7, 7);
        window.end(7, 7, 7);
        window.free(0, 0, 0, 0);

        FitEvidence evidence = window.evidence();
        assertEquals(new FitEvidence(0, List.of(), 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), evidence);
        assertEquals(0, window.largeShare());
    }

    @Test
    void lifetime_noneDied_isInfinite() {
        FitWindow window = new FitWindow();
        window.begin(0, 0, 0);
        window.served(10);
        window.end(1, 0, 0);

        assertEquals(Double.POSITIVE_INFINITY, window.lifetime());
        assertEquals(0, window.load());
    }

    @Test
    void begin_afterAWindow_countsAnew() {
        FitWindow window = new FitWindow();
        window.begin(0, 0, 0);
        window.served(2);
        window.missed();
        window.grown();
        window.end(1, 9, 0);
        window.begin(1, 9, 0);
        window.served(1L << 58);
        window.end(2, 9, 0);

        FitEvidence evidence = window.evidence();
        assertEquals(1, evidence.requests());
        assertEquals(63, evidence.sizes().size());
        assertEquals(1, evidence.sizes().getLast());
        assertEquals(0, evidence.misses() + evidence.growths() + evidence.steps() + evidence.frees());
    }
}
