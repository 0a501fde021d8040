package dev.ashlar.event;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import dev.ashlar.DefragReport;
import dev.ashlar.DefragSettings;
import dev.ashlar.FitPolicy;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.ReclaimKind;
import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.MemoryPoolBuilder;
import jdk.jfr.AnnotationElement;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Percentage;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Each event but the sampled ones, in a recording of this process: when it comes, and what its fields say. */
class EventsTest {
    private static final long REGION = 1 << 20;
    private static final Set<String> BYTES =
            Set.of("size", "requestedSize", "alignment", "capacity", "committed", "live",
                    "pending", "free", "largestFree", "returned", "coalesced", "purged", "released", "moved", "weight");

    /** A pool whose worker does nothing by itself. */
    private static MemoryPoolBuilder builder(String name) {
        return MemoryPool.builder()
                .name(name)
                .capacity(8 * REGION)
                .regionSize(REGION)
                .arenas(1)
                .retained(0)
                .reclaimPeriod(Duration.ofDays(1))
                .defragmentation(DefragSettings.ofDefaults());
    }

    private static long committedEach(MemoryPool pool) {
        return pool.statistics().memory().committedBytes();
    }

    @Test
    void regionEvents_oneRegionComesAndGoes_sayAddressAndSize() throws IOException {
        try (FlightRecording recording = FlightRecording.of("RegionCommitted", "RegionReleased");
                MemoryPool pool = builder("regions").build()) {
            long block = pool.allocateAddress(10_000);
            long size = committedEach(pool);
            pool.freeAddress(block);
            pool.trim();
            assertEquals(0, committedEach(pool));
            RecordedEvent committed = recording.only("RegionCommitted", "regions");
            assertEquals(0, committed.getInt("arena"));
            assertEquals(1, committed.getInt("regions"));
            assertEquals(size, committed.getLong("size"));
            long address = committed.getLong("address");
            assertTrue(address <= block && block < address + REGION, () -> address + " for a block at " + block);
            RecordedEvent released = recording.only("RegionReleased", "regions");
            assertEquals(address, released.getLong("address"));
            assertEquals(size, released.getLong("size"));
        }
    }

    @Test
    void regionCommitted_spanOverSeveral_isOneEventForThem() throws IOException {
        try (FlightRecording recording = FlightRecording.of("RegionCommitted");
                MemoryPool pool = builder("span").build()) {
            pool.allocateAddress(3 * REGION);
            RecordedEvent committed = recording.only("RegionCommitted", "span");
            assertEquals(4, committed.getInt("regions"));
            assertEquals(committedEach(pool), committed.getLong("size"));
        }
    }

    @Test
    void regionCommitted_retainedRegionIsUsedAgain_writesNothingMore() throws IOException {
        try (FlightRecording recording = FlightRecording.of("RegionCommitted", "RegionReleased");
                MemoryPool pool = builder("retained").retained(REGION).build()) {
            for (int i = 0; i < 3; i++) {
                pool.freeAddress(pool.allocateAddress(10_000));
            }
            recording.only("RegionCommitted", "retained");
            assertEquals(List.of(), recording.events("RegionReleased", "retained"));
        }
    }

    @Test
    void steal_homeHasNoRoomAndNoRegionIsLeft_saysFromWhom() throws IOException {
        try (FlightRecording recording = FlightRecording.of("Steal");
                MemoryPool pool = builder("steal").capacity(2 * REGION).arenas(2).build()) {
            // Whichever arena is home: it fills what it has, and then is served from the other's, or has taken both regions.
            while (pool.tryAllocateAddress(10_000, 16) != 0) {
                // Until nothing is left.
            }
            long steals = pool.statistics().steals();
            List<RecordedEvent> events = recording.events("Steal", "steal");
            assertEquals(Math.min(steals, 1), Math.min(events.size(), 1));
            assertTrue(events.size() <= steals, () -> events.size() + " events of " + steals);
            for (RecordedEvent event : events) {
                assertEquals(1, event.getInt("home") + event.getInt("arena"));
                assertEquals(10_000, event.getLong("size"));
                assertNull(event.getStackTrace());
            }
        }
    }

    @Test
    void allocationFailed_poolIsFull_saysWhatThereWas() throws IOException {
        try (FlightRecording recording = FlightRecording.of("AllocationFailed");
                MemoryPool pool = builder("full").build()) {
            long live = pool.usableSize(pool.allocateAddress(5 * REGION));
            PoolExhaustedException thrown = assertThrows(
                    PoolExhaustedException.class, () -> pool.allocateAddress(4 * REGION, 64));
            RecordedEvent event = recording.only("AllocationFailed", "full");
            assertEquals(thrown.kind().name(), event.getString("cause"));
            assertNull(event.getString("budget"));
            assertEquals(4 * REGION, event.getLong("requestedSize"));
            assertEquals(64, event.getLong("alignment"));
            assertEquals(8 * REGION, event.getLong("capacity"));
            assertEquals(live, event.getLong("live"));
            assertEquals(thrown.statistics().committedBytes(), event.getLong("committed"));
            assertEquals(thrown.statistics().freeBytes(), event.getLong("free"));
            assertEquals(thrown.statistics().largestFreeBytes(), event.getLong("largestFree"));
            assertTrue(hasFrame(event, "allocationFailed_poolIsFull_saysWhatThereWas"), event::toString);
        }
    }

    @Test
    void allocationFailed_budgetIsFull_namesIt() throws IOException {
        try (FlightRecording recording = FlightRecording.of("AllocationFailed");
                MemoryPool pool = builder("limited").build();
                Budget sort = pool.openBudget("sort", 1000)) {
            assertThrows(PoolExhaustedException.class, () -> sort.allocateAddress(2000));
            RecordedEvent event = recording.only("AllocationFailed", "limited");
            assertEquals("BUDGET", event.getString("cause"));
            assertEquals("sort", event.getString("budget"));
        }
    }

    @Test
    void allocationFailed_tryFindsNoRoom_isNone() throws IOException {
        try (FlightRecording recording = FlightRecording.of("AllocationFailed");
                MemoryPool pool = builder("tried").build()) {
            assertEquals(0, pool.tryAllocateAddress(9 * REGION, 16));
            assertEquals(List.of(), recording.events("AllocationFailed", "tried"));
        }
    }

    @Test
    void pressureCallback_oneOfTwoThrows_eachIsAnEventWithItsOutcome() throws IOException {
        try (FlightRecording recording = FlightRecording.of("PressureCallback");
                MemoryPool pool = builder("pressed").build()) {
            long hoard = pool.allocateAddress(6 * REGION);
            pool.onPressure(7, _ -> {
                throw new IllegalStateException("as the test wants it");
            });
            pool.onPressure(3, _ -> pool.freeAddress(hoard));
            pool.allocateAddress(4 * REGION);
            List<RecordedEvent> events = recording.events("PressureCallback", "pressed");
            assertEquals(List.of(7, 3), events.stream().map(event -> event.getInt("priority")).toList());
            assertEquals(List.of(true, false), events.stream().map(event -> event.getBoolean("failed")).toList());
            events.forEach(event -> assertEquals(4 * REGION, event.getLong("requestedSize")));
            events.forEach(event -> assertFalse(event.getDuration().isNegative()));
        }
    }

    @Test
    void defragmentation_onDemand_saysWhatTheReportSays() throws IOException {
        try (FlightRecording recording = FlightRecording.of("Defragmentation");
                MemoryPool pool = builder("defragmented").retained(4 * REGION).build()) {
            pool.freeAddress(pool.allocateAddress(3 * REGION));
            DefragReport report = pool.defragment().join();
            RecordedEvent event = recording.only("Defragmentation", "defragmented");
            assertEquals(report.number(), event.getLong("run"));
            assertTrue(event.getBoolean("requested"));
            assertEquals("COMPLETE", event.getString("end"));
            assertEquals(
                    report.steps().stream().map(Enum::name).collect(Collectors.joining(" ")), event.getString("steps"));
            assertTrue(report.bytes(ReclaimKind.RELEASED) > 0);
            assertEquals(report.bytes(ReclaimKind.RELEASED), event.getLong("released"));
            assertEquals(report.bytes(ReclaimKind.COALESCED), event.getLong("coalesced"));
            assertEquals(report.bytes(ReclaimKind.PURGED), event.getLong("purged"));
            assertEquals(report.bytes(ReclaimKind.MOVED), event.getLong("moved"));
            assertEquals(report.bytes(ReclaimKind.RETURNED), event.getLong("returned"));
            assertEquals(0, event.getLong("failures"));
            assertTrue(event.getDuration().toNanos() >= report.durationNanos(), event::toString);
        }
    }

    @Test
    void policySwitched_isSet_saysFromWhichToWhich() throws IOException {
        try (FlightRecording recording = FlightRecording.of("PolicySwitched");
                MemoryPool pool = builder("switched").policy(FitPolicy.BEST_FIT).build()) {
            pool.policy(FitPolicy.FIRST_FIT);
            RecordedEvent event = recording.only("PolicySwitched", "switched");
            assertEquals(-1, event.getInt("arena"));
            assertEquals("BEST_FIT", event.getString("from"));
            assertEquals("FIRST_FIT", event.getString("to"));
            assertEquals("it was set", event.getString("reason"));
        }
    }

    @Test
    void leak_poolClosesWithLiveBlocks_oneEventForEachOwner() throws IOException {
        try (FlightRecording recording = FlightRecording.of("Leak")) {
            MemoryPool pool = builder("leaky").build();
            long own = pool.usableSize(pool.allocateAddress(100)) + pool.usableSize(pool.allocateAddress(20_000));
            Budget sort = pool.openBudget("sort", REGION);
            long budgets = pool.usableSize(sort.allocateAddress(500));
            pool.allocateMovable(1000);
            pool.close();
            List<RecordedEvent> events = recording.events("Leak", "leaky");
            assertEquals(
                    List.of("budget 1 " + budgets, "movable 1", "pool 2 " + own),
                    events.stream()
                            .map(event -> event.getString("ownerKind") + " " + event.getLong("blocks")
                                    + (event.getString("ownerKind").equals("movable") ? ""
                                            : " " + event.getLong("size")))
                            .toList());
            assertEquals("budget 'sort'", events.getFirst().getString("owner"));
            assertEquals("", events.getFirst().getString("sites"));
        }
    }

    @Test
    void leak_poolClosesWithNothingLive_isNone() throws IOException {
        try (FlightRecording recording = FlightRecording.of("Leak")) {
            MemoryPool pool = builder("clean").build();
            pool.freeAddress(pool.allocateAddress(100));
            try (Arena scope = pool.openArena()) {
                scope.allocate(10);
            }
            pool.close();
            assertEquals(List.of(), recording.events("Leak", "clean"));
        }
    }

    @Test
    void events_noneEnabled_writeNothing() throws IOException {
        try (FlightRecording recording = FlightRecording.of()) {
            MemoryPool pool = builder("quiet").build();
            pool.allocateAddress(100);
            pool.policy(FitPolicy.NEXT_FIT);
            assertThrows(PoolExhaustedException.class, () -> pool.allocateAddress(9 * REGION));
            pool.defragment().join();
            pool.close();
            for (String name : List.of("RegionCommitted", "AllocationFailed", "Defragmentation", "PolicySwitched",
                    "Leak")) {
                assertEquals(List.of(), recording.events(name, "quiet"));
            }
        }
    }

    /** Oracle's guidelines: short names without "Event", labels in headline style and descriptions without a full stop, categories, units of all that has one. */
    @Test
    void metadata_ofEachEvent_followsTheGuidelines() {
        new Asked();
        List<EventType> types = FlightRecorder.getFlightRecorder()
                .getEventTypes()
                .stream()
                .filter(type -> type.getName().startsWith("dev.ashlar.") && !type.getName().contains("$"))
                .toList();
        assertEquals(10, types.size(), types.stream().map(EventType::getName).toList()::toString);
        for (EventType type : types) {
            assertTrue(type.getName().matches("dev\\.ashlar\\.[A-Z][A-Za-z]+"), type.getName());
            assertFalse(type.getName().endsWith("Event"), type.getName());
            checkText(type.getName(), type.getLabel(), type.getDescription());
            assertEquals("Ashlar", type.getCategoryNames().getFirst());
            assertNotNull(type.getAnnotation(Category.class));
            for (ValueDescriptor field : type.getFields()) {
                if (!Set.of("startTime", "duration", "eventThread", "stackTrace").contains(field.getName())) {
                    checkField(type.getName() + "." + field.getName(), field);
                }
            }
        }
    }

    /** Loads all event classes, as Flight Recorder knows only those. */
    private static final class Asked {
        Asked() {
            BlockAllocated.isOn();
            BlockFreed.write("", 0, 0, 0, 0);
            Leak.isOn();
            Steal.write("", 0, 0, 0);
            PolicySwitched.write("", 0, FitPolicy.BEST_FIT, FitPolicy.BEST_FIT, "");
            RegionCommitted.write("", 0, 0, 0, 0);
            RegionReleased.write("", 0, 0);
            assertNull(PressureCallback.begun());
            assertNull(Defragmentation.begun());
            try (MemoryPool pool = builder("asked").build()) {
                assertThrows(PoolExhaustedException.class, () -> pool.allocateAddress(9 * REGION));
            }
        }
    }

    private static void checkText(String of, String label, String description) {
        assertNotNull(label, of);
        assertTrue(label.matches("([A-Z0-9][A-Za-z0-9-]*)( ([A-Z0-9][A-Za-z0-9-]*))*"), of + ": " + label);
        assertTrue(description == null || !description.endsWith("."), of + ": " + description);
    }

    private static void checkField(String of, ValueDescriptor field) {
        checkText(of, field.getLabel(), field.getDescription());
        assertEquals(BYTES.contains(field.getName()), field.getAnnotation(DataAmount.class) != null, of);
        assertEquals(field.getName().equals("address"), field.getAnnotation(MemoryAddress.class) != null, of);
        assertEquals(field.getTypeName().equals("double"), field.getAnnotation(Percentage.class) != null, of);
        List<String> known = List.of(Label.class.getName(), Description.class.getName(), DataAmount.class.getName(),
                MemoryAddress.class.getName(), Percentage.class.getName());
        for (AnnotationElement annotation : field.getAnnotationElements()) {
            assertTrue(known.contains(annotation.getTypeName()), of + ": " + annotation.getTypeName());
        }
    }

    private static boolean hasFrame(RecordedEvent event, String method) {
        return event.getStackTrace()
                .getFrames()
                .stream()
                .anyMatch(frame -> frame.getMethod().getName().equals(method));
    }
}
