package dev.ashlar.bench.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.ashlar.spill.SpillException;
import dev.ashlar.spill.SpillPin;
import dev.ashlar.spill.Spillable;
import dev.ashlar.spill.Spiller;

/** Pages of tables, more than there is room for: those that are not used go to disk. */
final class Pages implements Part {
    private static final int TOUCHED = 4;
    private static final int REPLACED_ONE_IN = 4;
    /** Tables are loaded by some pages at a time: pressure comes in seconds, and not in minutes. */
    private static final int ADDED = 6;

    private final Spiller spiller;
    private final int maxPages;
    private final int pageBytes;
    private final List<Page> pages = new ArrayList<>();

    private record Page(Spillable block, long number) {}

    Pages(Spiller spiller, int maxPages, int pageBytes) {
        this.spiller = spiller;
        this.maxPages = Math.max(1, maxPages);
        this.pageBytes = pageBytes;
    }

    @Override
    public void step(SplittableRandom random) throws SpillException {
        if (pages.size() >= maxPages && random.nextInt(REPLACED_ONE_IN) == 0) {
            Page page = pages.remove(random.nextInt(pages.size()));
            page.block.free();
        }
        for (int i = 0; i < ADDED && pages.size() < maxPages; i++) {
            add(random);
        }
        for (int i = 0; i < TOUCHED; i++) {
            Page page = pages.get(random.nextInt(pages.size()));
            try (SpillPin pin = page.block.pin()) {
                Stamp.check(pin.segment(), page.number);
            }
        }
    }

    private void add(SplittableRandom random) throws SpillException {
        Page page = new Page(spiller.allocate(random.nextInt(pageBytes / 2, pageBytes)), random.nextLong());
        boolean written = false;
        try (SpillPin pin = page.block.pin()) {
            Stamp.write(pin.segment(), page.number);
            written = true;
        } finally {
            if (!written) {
                page.block.free();
            }
        }
        pages.add(page);
    }

    @Override
    public void end() {
        pages.forEach(page -> page.block.free());
        pages.clear();
    }
}
