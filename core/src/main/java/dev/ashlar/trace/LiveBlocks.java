package dev.ashlar.trace;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Which blocks of a trace are live, and how large each is.
 *
 * <p>Ids are given in order, so the sizes stand in pages of an array, indexed by id. Pages are made as ids are given,
 * never by a header's word. A page whose ids have all been given and freed is dropped: most blocks die young, so a long
 * trace needs a few pages at a time. At worst, with a survivor in each page, it is 8 bytes for each block ever allocated.
 *
 * <p>Invariant: {@code liveBytes ==} the sum of the live blocks' sizes {@code <= peakLiveBytes}.
 */
final class LiveBlocks {
    static final int PAGE_BLOCKS = 1 << 12;

    private static final int PAGE_SHIFT = Integer.numberOfTrailingZeros(PAGE_BLOCKS);

    /** What {@link #byteSize} answers for a block that is not live. */
    static final long NOT_LIVE = -1;

    private @Nullable Page[] pages = new @Nullable Page[16];
    // The last page dropped. All its blocks are dead, so all its slots are zero: as good as new.
    private @Nullable Page spare;
    private int pageCount;

    private long nextBlock;
    private long liveBytes;
    private long peakLiveBytes;

    /** The blocks allocated so far, which is the next block's id. */
    long nextBlock() {
        return nextBlock;
    }

    long liveBytes() {
        return liveBytes;
    }

    long peakLiveBytes() {
        return peakLiveBytes;
    }

    /** Pages held, for tests of the memory bound. */
    int pageCount() {
        return pageCount;
    }

    /** The size of a block, or {@link #NOT_LIVE}. The id is from 0 to {@code nextBlock() - 1}. */
    long byteSize(long block) {
        Page page = pages[pageIndex(block)];
        // An empty slot is 0, and ~0 is NOT_LIVE.
        return page == null ? NOT_LIVE : ~page.complements[slot(block)];
    }

    /** Allocates the next block. The caller has checked that the live bytes stay within {@code Long.MAX_VALUE}. */
    void allocate(long byteSize) {
        long block = nextBlock;
        Page page = slot(block) == 0 ? addPage(pageIndex(block)) : pageOf(block);
        page.complements[slot(block)] = ~byteSize;
        page.liveCount++;
        nextBlock = block + 1;
        addLiveBytes(byteSize);
    }

    /** Frees a live block. */
    void free(long block) {
        Page page = pageOf(block);
        liveBytes -= ~page.complements[slot(block)];
        page.complements[slot(block)] = 0;
        page.liveCount--;
        if (page.liveCount == 0 && pageIndex(block) < pageIndex(nextBlock)) {
            dropPage(pageIndex(block), page);
        }
    }

    /** Resizes a live block. The caller has checked that the live bytes stay within {@code Long.MAX_VALUE}. */
    void resize(long block, long byteSize) {
        Page page = pageOf(block);
        long growth = byteSize - ~page.complements[slot(block)];
        page.complements[slot(block)] = ~byteSize;
        addLiveBytes(growth);
    }

    private void addLiveBytes(long growth) {
        liveBytes += growth;
        if (liveBytes > peakLiveBytes) {
            peakLiveBytes = liveBytes;
        }
    }

    private Page pageOf(long block) {
        Page page = pages[pageIndex(block)];
        if (page == null) {
            throw new AssertionError("block " + block + ": its page was dropped (expected: a live block)");
        }
        return page;
    }

    private Page addPage(int index) {
        if (index == pages.length) {
            pages = Arrays.copyOf(pages, 2 * index);
        }
        Page reused = spare;
        Page page = reused == null ? new Page() : reused;
        spare = null;
        pages[index] = page;
        pageCount++;
        return page;
    }

    private void dropPage(int index, Page page) {
        pages[index] = null;
        spare = page;
        pageCount--;
    }

    private static int pageIndex(long block) {
        return (int) (block >>> PAGE_SHIFT);
    }

    private static int slot(long block) {
        return (int) block & (PAGE_BLOCKS - 1);
    }

    private static final class Page {
        // The bitwise complement of each live block's size: negative, where the 0 of a new array means not live.
        final long[] complements = new long[PAGE_BLOCKS];
        int liveCount;
    }
}
