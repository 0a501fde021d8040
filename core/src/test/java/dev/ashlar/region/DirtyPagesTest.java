package dev.ashlar.region;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

import dev.ashlar.BlockState;
import dev.ashlar.FitPolicy;
import dev.ashlar.OsException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.os.Memory;
import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;
import dev.ashlar.testing.FaultyOs;
import dev.ashlar.testing.FaultyOs.Call;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Dirty pages against what the operating system says is resident, which is an oracle that knows nothing of them. Each block is written from end to end;
 * after each step the validator counts the pages anew.
 */
class DirtyPagesTest {
    private static final int REGIONS = 6;
    private static final long REGION = 1L << 20;
    private static final int REGION_UNITS = (int) ((REGION - BlockLayout.EDGE_BYTES) / BlockLayout.UNIT_BYTES);
    private static final int OPERATIONS = 6000;
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());

    private final FaultyOs os = new FaultyOs(OsMemory.system());
    private final int page = os.pageSizeBytes();
    private final Reservation range;
    private final Geometry geometry;
    private final Regions regions;
    private final BlockSpace space;
    private final DirtyPages pages;
    private final List<Long> live = new ArrayList<>();

    DirtyPagesTest() {
        long bytes = REGIONS * REGION;
        range = os.reserve("dirty", bytes + bytes / BlockStarts.BYTES_PER_TABLE_BYTE, REGION);
        geometry = new Geometry(range.address(), 20, REGIONS);
        regions = new Regions(os, geometry, geometry.base() + bytes, 1, false, true);
        space = new BlockSpace(os, geometry, geometry.base() + bytes, 7, new RegionTable(regions, geometry, 0), false);
        assumeTrue(os.returnsPages() && os.residentBytes(range.address(), page) >= 0, "pages can be counted");
        pages = Objects.requireNonNull(space.dirtyPages());
    }

    @AfterEach
    void close() {
        BlockValidator.validate(space);
        range.close();
    }

    private long allocate(long units, long alignment) {
        long block = space.carve(units, alignment);
        block = block != 0 ? block : space.grow(units, alignment);
        if (block != 0) {
            fill(block);
            live.add(block);
        }
        return block;
    }

    private long payload(long block) {
        return BlockLayout.payloadBytes(space.unitsOf(block, space.headers().word(block)));
    }

    private void fill(long block) {
        Memory.fill(block, payload(block), mark(block));
    }

    /** Never zero. */
    private static byte mark(long block) {
        return (byte) (block >>> 4 | 1);
    }

    private void checkContents(long block) {
        for (long i = 0; i < payload(block); i += 512) {
            assertEquals(mark(block), Memory.getByte(block + i), "contents");
        }
    }

    private void free(long block) {
        live.remove(block);
        space.free(block, space.headers().word(block));
    }

    private void purge(PagePurge progress) {
        while (next(progress)) {
            // Until there are no more.
        }
    }

    private PagePurge purgeOf(long most, int leastAgeMillis) {
        return new PagePurge(space, pages, most, leastAgeMillis);
    }

    /** All of a step, and a validation while the block is held. */
    private boolean next(PagePurge purge) {
        boolean more = purge.hold();
        if (purge.isHolding()) {
            try {
                BlockValidator.validate(space);
                purge.giveBack();
            } finally {
                purge.putBack();
            }
        }
        return more;
    }

    private void purgeAll() {
        purge(purgeOf(Long.MAX_VALUE, 0));
        assertEquals(0, pages.dirty());
    }

    /** One of the three parts of a purge, among the operations of others. */
    private PagePurge goOn(PagePurge purge, SplittableRandom random) {
        if (purge.isHolding()) {
            if (random.nextInt(4) != 0) {
                purge.giveBack();
            }
            purge.putBack();
            return purge;
        }
        return purge.hold() ? purge : purgeOf(random.nextInt(1, 500), 0);
    }

    /** Resident pages of a free block that are wholly behind its links: what a walk finds. */
    private long residentInFree() {
        long[] resident = {0};
        space.walk((block, bytes, state) -> {
            if (state == BlockState.FREE) {
                long from = (block + BlockLayout.TREE_LINK_BYTES + page - 1) & -page;
                long to = (block + bytes) & -page;
                resident[0] += from < to ? os.residentBytes(from, to - from) : 0;
            }
        });
        return resident[0] / page;
    }

    @Test
    void randomOperations_againstTheOperatingSystem_noResidentPageIsMissed() {
        System.out.printf("DirtyPagesTest: -Dashlar.seed=%d%n", SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        FitPolicy[] policies = FitPolicy.values();
        boolean[] seen = new boolean[3];
        PagePurge between = purgeOf(Long.MAX_VALUE, 0);
        for (int i = 0; i < OPERATIONS; i++) {
            if (random.nextInt(8) == 0) {
                between = goOn(between, random);
            }
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3, 4, 5, 6 -> allocate(units(random), alignment(random));
                case 7 -> {
                    if (!between.isHolding()) {
                        purge(purgeOf(random.nextInt(100), random.nextInt(5)));
                    }
                }
                case 8 -> pages.setNow(i / 100);
                case 9, 10 -> resizeOne(random, seen);
                case 11 -> regions.release(random.nextInt(2));
                case 12 -> space.policy(policies[random.nextInt(policies.length)]);
                default -> freeOne(random);
            }
            BlockValidator.validate(space);
            assertTrue(residentInFree() <= pages.dirty(), "resident pages that are not dirty");
            if (i % 100 == 0) {
                if (between.isHolding()) {
                    between.putBack();
                }
                purgeAll();
                assertEquals(0, residentInFree(), "resident after a purge");
                live.forEach(this::checkContents);
                seen[0] |= space.freeBlocks().units() > REGION_UNITS / 2;
            }
        }
        if (between.isHolding()) {
            between.putBack();
        }
        assertTrue(seen[0] && seen[1] && seen[2], () -> "not seen: " + Arrays.toString(seen));
        while (!live.isEmpty()) {
            free(live.getLast());
        }
        assertEquals(0, pages.dirty());
        regions.release(0);
        assertEquals(0, os.residentBytes(range.address(), REGIONS * REGION));
    }

    private void freeOne(SplittableRandom random) {
        if (!live.isEmpty()) {
            long block = live.get(random.nextInt(live.size()));
            checkContents(block);
            free(block);
        }
    }

    private void resizeOne(SplittableRandom random, boolean[] seen) {
        if (!live.isEmpty()) {
            long block = live.get(random.nextInt(live.size()));
            long before = payload(block);
            if (space.resize(block, space.headers().word(block), units(random)) && payload(block) != before) {
                seen[payload(block) > before ? 1 : 2] = true;
                fill(block);
            }
        }
    }

    private static long units(SplittableRandom random) {
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> 2 + random.nextInt(100);
            case 3, 4, 5, 6 -> 2 + random.nextInt(3000);
            case 7, 8 -> 2 + random.nextInt(40_000);
            default -> 60_000 + random.nextInt(100_000);
        };
    }

    private static long alignment(SplittableRandom random) {
        return random.nextInt(3) == 0 ? 16L << random.nextInt(14) : 16;
    }

    @Test
    void freshRegion_isClean_andARetainedOneIsNot() {
        long block = allocate(1000, 16);
        assertEquals(0, pages.dirty());
        free(block);
        assertEquals(0, pages.dirty());
        assertEquals(1, regions.retainedRegions());
        allocate(1000, 16);
        assertEquals(REGION / page - 1000 * 16 / page - 2, pages.dirty());
        purgeAll();
        free(live.getFirst());
        regions.release(0);
        allocate(1000, 16);
        assertEquals(0, pages.dirty());
    }

    @Test
    void purgedPages_areNotPurgedAgainUntilTheyWereInUse() {
        allocate(1000, 16);
        long block = allocate(10_000, 16);
        allocate(1000, 16);
        free(block);
        PagePurge progress = purgeOf(Long.MAX_VALUE, 0);
        purge(progress);
        assertTrue(Math.abs((10_000 * 16 / page - 1L) * page - progress.bytes()) <= page,
                () -> "purged: " + progress.bytes());
        int calls = os.calls(Call.PURGE);
        purgeAll();
        assertEquals(calls, os.calls(Call.PURGE));
        long part = allocate(2000, 16);
        assertEquals(block, part);
        free(part);
        assertTrue(pages.dirty() >= 7 && pages.dirty() <= 9, () -> "dirty: " + pages.dirty());
        purgeAll();
        assertEquals(0, residentInFree());
    }

    @Test
    void purge_ofSomeAge_leavesTheYounger() {
        long first = allocate(20_000, 16);
        allocate(20_000, 16);
        long second = allocate(20_000, 16);
        pages.setNow(1000);
        free(first);
        long old = pages.dirty();
        pages.setNow(1500);
        free(second);
        long[] ages = new long[4];
        pages.addAges(ages, 250, space.table());
        assertEquals(List.of(pages.dirty() - old, 0L, old, 0L), Arrays.stream(ages).boxed().toList());
        long both = pages.dirty();
        purge(purgeOf(Long.MAX_VALUE, 501));
        assertEquals(both, pages.dirty());
        purge(purgeOf(Long.MAX_VALUE, 500));
        assertEquals(both - old, pages.dirty());
        purge(purgeOf(5, 0));
        assertEquals(both - old - 5, pages.dirty());
    }

    @Test
    void purge_refused_leavesThePagesDirtyAndGoesOnBehindThem() {
        long block = allocate(40_000, 16);
        allocate(1000, 16);
        free(block);
        long before = pages.dirty();
        os.failNth(Call.PURGE, os.calls(Call.PURGE) + 1);
        PagePurge progress = purgeOf(Long.MAX_VALUE, 0);
        assertThrows(OsException.class, () -> next(progress));
        assertEquals(before, pages.dirty());
        BlockValidator.validate(space);
        purge(progress);
        assertTrue(pages.dirty() > 0 && pages.dirty() < Long.SIZE, () -> "left: " + pages.dirty());
        allocate(39_000, 16);
        checkContents(live.getLast());
        free(live.getLast());
        purgeAll();
    }

    @Test
    void release_ofALargeRegion_isDoneInPiecesAndEndsWhenItIsAcquired() {
        long bytes = 4 * REGION;
        long table = bytes / BlockStarts.BYTES_PER_TABLE_BYTE;
        try (Reservation large = os.reserve("large", 2 * (bytes + table), bytes)) {
            Geometry ofTwo = new Geometry(large.address(), 22, 2);
            Regions two = new Regions(os, ofTwo, large.address() + 2 * bytes, 1, false, true);
            assertTrue(two.acquire(0, 1, 0));
            Memory.fill(large.address(), bytes, (byte) 1);
            two.giveBack(0, 1);
            for (int piece = 0; piece < 8; piece++) {
                assertEquals(0, two.releaseNext(0));
            }
            assertEquals(1, two.retainedRegions());
            assertEquals(bytes / 2, os.residentBytes(large.address(), bytes));
            assertTrue(two.acquire(0, 1, 0));
            assertTrue(two.isSoiled(0));
            assertEquals(Regions.NONE, two.releaseNext(0));
            Memory.fill(large.address(), bytes, (byte) 1);
            two.giveBack(0, 1);
            assertEquals(two.committedBytesEach(), two.release(0));
            assertEquals(0, two.retainedRegions());
            assertEquals(0, two.committedBytes());
            assertEquals(0, os.residentBytes(large.address(), bytes));
        }
    }

    @Test
    void release_refused_isTriedAgainWhereItWas() {
        free(allocate(1000, 16));
        os.failNth(Call.PURGE, os.calls(Call.PURGE) + 1);
        assertThrows(OsException.class, () -> regions.releaseNext(0));
        assertEquals(1, regions.retainedRegions());
        assertTrue(regions.isSoiled(0));
        assertEquals(regions.committedBytesEach(), regions.release(0));
        assertFalse(regions.isSoiled(0));
    }
}
