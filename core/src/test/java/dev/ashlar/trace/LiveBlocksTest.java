package dev.ashlar.trace;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class LiveBlocksTest {
    private final LiveBlocks live = new LiveBlocks();

    @Test
    void byteSize_liveAndDead_areTold() {
        live.allocate(0);
        live.allocate(Long.MAX_VALUE);
        assertEquals(0, live.byteSize(0));
        assertEquals(Long.MAX_VALUE, live.byteSize(1));
        live.free(0);
        assertEquals(LiveBlocks.NOT_LIVE, live.byteSize(0));
    }

    @Test
    void peakLiveBytes_afterFreeAndShrink_staysAtTheMost() {
        live.allocate(10);
        live.allocate(20);
        live.resize(0, 15);
        assertEquals(35, live.liveBytes());
        live.resize(1, 0);
        live.free(0);
        assertEquals(0, live.liveBytes());
        assertEquals(35, live.peakLiveBytes());
    }

    @Test
    void allocate_manyShortLived_keepsAFewPages() {
        long liveBlocks = 100;
        for (long block = 0; block < 50L * LiveBlocks.PAGE_BLOCKS; block++) {
            live.allocate(1);
            if (block >= liveBlocks) {
                live.free(block - liveBlocks);
            }
            assertTrue(live.pageCount() <= 2, () -> "pages: " + live.pageCount());
        }
    }

    @Test
    void allocate_survivorInEachPage_keepsThemAll() {
        int pages = 40;
        for (long block = 0; block < (long) pages * LiveBlocks.PAGE_BLOCKS; block++) {
            live.allocate(block);
            if (block % LiveBlocks.PAGE_BLOCKS != 7) {
                live.free(block);
            }
        }
        assertEquals(pages, live.pageCount());
        for (long block = 7; block < live.nextBlock(); block += LiveBlocks.PAGE_BLOCKS) {
            assertEquals(block, live.byteSize(block));
        }
    }

    @Test
    void free_lastOfAFullPage_dropsIt() {
        for (int i = 0; i < LiveBlocks.PAGE_BLOCKS; i++) {
            live.allocate(1);
        }
        for (int block = 0; block < LiveBlocks.PAGE_BLOCKS; block++) {
            assertEquals(1, live.pageCount());
            live.free(block);
        }
        assertEquals(0, live.pageCount());
        assertEquals(LiveBlocks.NOT_LIVE, live.byteSize(5));
        live.allocate(3);
        assertEquals(3, live.byteSize(LiveBlocks.PAGE_BLOCKS));
        assertEquals(LiveBlocks.NOT_LIVE, live.byteSize(5));
    }
}
