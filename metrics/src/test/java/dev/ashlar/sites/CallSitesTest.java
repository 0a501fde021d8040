package dev.ashlar.sites;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.ashlar.arenas.MemoryPool;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Call sites of a pool in this process, in which each block is a sample. */
class CallSitesTest {
    private static final String NAME = "<script>&'\"";

    @TempDir
    Path folder;

    private Path record(String interval, Runnable action) throws IOException, InterruptedException {
        Path file = folder.resolve("test.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("dev.ashlar.BlockAllocated").withStackTrace().with("interval", interval);
            recording.enable("dev.ashlar.BlockFreed").withoutStackTrace();
            recording.start();
            // On a thread of its own: its stacks are short, and so whole.
            Thread thread = Thread.ofPlatform().start(action);
            thread.join();
            recording.stop();
            recording.dump(file);
        }
        return file;
    }

    private static MemoryPool pool(String name) {
        return MemoryPool.builder().name(name).capacity(64 << 20).reclaimPeriod(Duration.ofDays(1)).build();
    }

    private static long keep(MemoryPool pool) {
        return pool.allocateAddress(1000);
    }

    private static final class Keeping {
        private final long address;

        Keeping(MemoryPool pool) {
            address = pool.allocateAddress(100);
        }
    }

    private static void use(MemoryPool pool) {
        pool.free(pool.allocate(70_000, 64));
    }

    private Path recorded() throws IOException, InterruptedException {
        return record("1", () -> {
            try (MemoryPool pool = pool(NAME)) {
                List<Long> kept = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    kept.add(keep(pool));
                    use(pool);
                }
                // Addresses that are used again are other samples.
                pool.freeAddress(kept.getFirst());
                keep(pool);
            }
        });
    }

    @Test
    void read_keptAndFreed_bytesOfEachSite() throws IOException, InterruptedException {
        CallSites sites = CallSites.read(recorded(), null);
        assertEquals(Set.of(NAME), sites.pools());
        List<Site> live = sites.sites(false);
        assertEquals(1, live.size(), live::toString);
        assertTrue(live.getFirst().name().matches("dev\\.ashlar\\.sites\\.CallSitesTest\\.keep:\\d+"), live::toString);
        assertEquals(10_000, live.getFirst().liveBytes());
        assertEquals(10, live.getFirst().liveSamples());
        assertEquals(11_000, live.getFirst().allocatedBytes());
        List<Site> allocated = sites.sites(true);
        assertEquals(2, allocated.size(), allocated::toString);
        assertTrue(allocated.getFirst().name().contains("CallSitesTest.use:"), allocated::toString);
        assertEquals(700_000, allocated.getFirst().allocatedBytes());
        assertEquals(0, allocated.getFirst().liveBytes());
        assertEquals(10_000, sites.bytes(false));
        assertEquals(711_000, sites.bytes(true));
        assertEquals(21, sites.samples(true));
    }

    @Test
    void flames_ofTheSame_sumsOfCallees() throws IOException, InterruptedException {
        FlameNode node = CallSites.read(recorded(), NAME).flames(true);
        assertEquals(711_000, node.bytes());
        while (node.callees().size() == 1) {
            FlameNode only = node.callees().iterator().next();
            assertEquals(node.bytes(), only.bytes());
            node = only;
        }
        assertEquals(
                List.of("dev.ashlar.sites.CallSitesTest.keep 11000", "dev.ashlar.sites.CallSitesTest.use 700000"),
                node.callees().stream().map(callee -> callee.name() + " " + callee.bytes()).toList());
    }

    @Test
    void read_smallIntervalAndManyBlocks_estimatesWhatIsLive() throws IOException, InterruptedException {
        Path file = record("10 kB", () -> {
            try (MemoryPool pool = pool("estimated")) {
                for (int i = 0; i < 100_000; i++) {
                    long block = pool.allocateAddress(200);
                    if (i % 2 == 0) {
                        pool.freeAddress(block);
                    }
                }
            }
        });
        CallSites sites = CallSites.read(file, "estimated");
        // Some 1,950 and 980 samples: a quarter is more than seven deviations.
        assertEquals(20_000_000, (double) sites.bytes(true), 5_000_000);
        assertEquals(10_000_000, (double) sites.bytes(false), 2_500_000);
    }

    @Test
    void read_configurationOfTheProject_hasSamplesAndTheRest() throws IOException, ParseException {
        Path file = folder.resolve("configured.jfr");
        try (Recording recording = new Recording(Configuration.create(Path.of("../docs/ashlar.jfc")))) {
            recording.start();
            try (MemoryPool pool = pool("configured")) {
                for (int i = 0; i < 30; i++) {
                    pool.allocateAddress(2 << 20 >> 1);
                }
            }
            recording.stop();
            recording.dump(file);
            for (String name : List.of("RegionCommitted", "RegionReleased", "Steal", "AllocationFailed",
                    "PressureCallback", "Defragmentation", "PolicySwitched", "Leak", "BlockAllocated", "BlockFreed")) {
                assertEquals("true", recording.getSettings().get("dev.ashlar." + name + "#enabled"), name);
            }
        }
        assertTrue(CallSites.read(file, null).samples(false) > 0);
    }

    private static String message(SitesException thrown) {
        return String.valueOf(thrown.getMessage());
    }

    @Test
    void read_noSamples_saysWhatIsExpected() throws IOException, InterruptedException {
        Path none = record("1", () -> {});
        SitesException thrown = assertThrows(SitesException.class, () -> CallSites.read(none, null));
        assertTrue(message(thrown).endsWith(
                "no samples (expected: events dev.ashlar.BlockAllocated, which ashlar.jfc switches on)"),
                thrown.getMessage());
        Path others = recorded();
        thrown = assertThrows(SitesException.class, () -> CallSites.read(others, "other"));
        assertTrue(message(thrown).contains("no samples of pool 'other', but of " + NAME), thrown.getMessage());
    }

    @Test
    void read_damagedFiles_sayThatTheyAre() throws IOException, InterruptedException {
        byte[] whole = Files.readAllBytes(recorded());
        Path file = folder.resolve("damaged.jfr");
        for (int length : new int[] {0, 3, 68, 500, whole.length / 2, whole.length - 1}) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            SitesException thrown =
                    assertThrows(SitesException.class, () -> CallSites.read(file, null), () -> length + " bytes");
            assertTrue(
                    message(thrown).endsWith("(expected: a recording of Flight Recorder, whole)"),
                    thrown.getMessage());
        }
        Files.writeString(file, "no recording");
        assertThrows(SitesException.class, () -> CallSites.read(file, null));
        assertThrows(FileNotFoundException.class, () -> CallSites.read(folder.resolve("none.jfr"), null));
    }

    @Test
    void table_ofTwoSites_topOneAndHowManyMore() throws IOException, InterruptedException {
        List<String> lines = SitesTable.lines(CallSites.read(recorded(), null), true, 1);
        assertEquals(5, lines.size(), lines::toString);
        assertEquals("694.3 KiB allocated at 2 call sites, estimated from 21 samples", lines.getFirst());
        assertTrue(
                lines.get(3)
                        .matches(" 683\\.6 KiB  98\\.5 %       10  dev\\.ashlar\\.sites\\.CallSitesTest\\.use:\\d+"),
                lines.get(3));
        assertEquals("... and 1 more", lines.get(4));
    }

    @Test
    void page_withNamesThatAreMarkup_isSelfContainedAndEscaped() throws IOException, InterruptedException {
        StringWriter out = new StringWriter();
        FlamePage.write(CallSites.read(recorded(), null), true, "Bytes of " + NAME + " %ROWS% %DATA%", out);
        String page = out.toString();
        assertTrue(page.contains("<h1>Bytes of &lt;script&gt;&amp;&#39;&quot; %ROWS% %DATA%</h1>"), page);
        assertFalse(page.contains(NAME));
        assertEquals(2, page.split("<script", -1).length - 1);
        Matcher address = Pattern.compile("(?:src|href)=\"([^\"]*)\"|https?:").matcher(page);
        while (address.find()) {
            assertEquals("data:,", address.group(1));
        }
        assertTrue(page.contains("[\"all\",711000,["));
        assertTrue(page.contains("<td>98.5 %</td><td>10</td><td>dev.ashlar.sites.CallSitesTest.use:"));
    }

    @Test
    void page_dataWithMarkup_hasNoneInItsScript() throws IOException, InterruptedException {
        assertEquals("&lt;/script&gt;&lt;!-- &amp;amp;", FlamePage.escape("</script><!-- &amp;"));
        String page;
        try (StringWriter out = new StringWriter()) {
            FlamePage.write(CallSites.read(record("1", () -> {
                try (MemoryPool pool = pool("constructor")) {
                    assertTrue(new Keeping(pool).address != 0);
                }
            }), null), false, "t", out);
            page = out.toString();
        }
        String data = page.substring(page.indexOf("id=\"data\">") + 10, page.indexOf("</script>"));
        assertFalse(data.contains("<") || data.contains(">") || data.contains("&"), data);
        assertTrue(data.contains("Keeping.\\u003cinit\\u003e"), data);
    }
}
