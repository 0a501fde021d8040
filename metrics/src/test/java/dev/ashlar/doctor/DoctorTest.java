package dev.ashlar.doctor;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

import dev.ashlar.DefragSettings;
import dev.ashlar.PoolExhaustedException.Cause;
import dev.ashlar.SizeClassFragmentation;
import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.sites.Site;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static dev.ashlar.doctor.Patient.MIB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Each finding at, below and above its threshold. */
class DoctorTest {
    private static Arguments ill(
            String what, Ailment ailment, Severity severity, String evidence, String command,
            Consumer<Patient> illness) {
        return Arguments.of(what, ailment, severity, evidence, command, illness);
    }

    private static Arguments healthy(String what, Consumer<Patient> noIllness) {
        return Arguments.of(what, Ailment.NONE, Severity.HEALTHY, "20.0 MiB live of 32.0 MiB committed", "", noIllness);
    }

    static Stream<Arguments> cases() {
        return Stream.of(
                healthy("nothing", _ -> {}),
                ill("one fenced", Ailment.FENCED_ARENAS, Severity.CRITICAL,
                        "1 of 2 arenas fenced (number 0); cells freed twice: 3", "ashlar map 4711 -o FILE",
                        p -> {
                            p.fencedArenas = 1;
                            p.doubleFrees = 3;
                        }),
                ill("worker", Ailment.WORKER_DEAD, Severity.CRITICAL,
                        "its thread has ended after 3 runs, 1 of whose steps failed", "", p -> p.workerAlive = false),
                ill("refused", Ailment.COMMIT_REFUSED, Severity.CRITICAL,
                        "1 requests failed as memory could not be committed, 32.0 MiB is", "ashlar purge 4711",
                        p -> p.failures.put(Cause.OPERATING_SYSTEM, 1L)),
                healthy("no failure of any cause", p -> {
                    for (Cause cause : Cause.values()) {
                        p.failures.put(cause, 0L);
                    }
                }),
                healthy("a budget refused", p -> p.failures.put(Cause.BUDGET, 7L)),
                // Capacity.
                ill("one failure", Ailment.CAPACITY_TOO_SMALL, Severity.CRITICAL,
                        "1 requests failed, 0 waited (0 wait now), pressure callbacks were called 0 times; 20.0 MiB live, capacity 64.0 MiB",
                        "ashlar sites FILE", p -> p.failures.put(Cause.CAPACITY, 1L)),
                ill("one waits", Ailment.CAPACITY_TOO_SMALL, Severity.CRITICAL, "1 waited (1 wait now)",
                        "ashlar sites FILE", p -> p.waits = p.waiting = 1),
                ill("one waited", Ailment.CAPACITY_TOO_SMALL, Severity.WARNING, "1 waited (0 wait now)",
                        "ashlar sites FILE", p -> p.waits = 1),
                ill("one callback", Ailment.CAPACITY_TOO_SMALL, Severity.WARNING, "called 1 times",
                        "ashlar sites FILE", p -> p.pressureCalls = 1),
                ill("below a limit", Ailment.CAPACITY_TOO_SMALL, Severity.WARNING, "limit 63.0 MiB",
                        "ashlar limit 4711 67108864", p -> {
                            p.limitBytes = 63 * MIB;
                            p.pressureCalls = 1;
                        }),
                healthy("a limit that nobody meets", p -> p.limitBytes = 63 * MIB),
                // Fragmentation.
                ill("fragmentation 0.5", Ailment.FRAGMENTATION, Severity.WARNING,
                        "fragmentation 0.50 over 8.0 MiB free in partly used regions, the largest piece 4.0 MiB; 0 requests failed by it",
                        "ashlar defrag 4711", p -> {
                            p.partlyFreeBytes = 8 * MIB;
                            p.largestPartlyFreeBytes = 4 * MIB;
                        }),
                healthy("fragmentation below 0.5", p -> {
                    p.partlyFreeBytes = 8 * MIB;
                    p.largestPartlyFreeBytes = 4 * MIB + 1024;
                }),
                healthy("little free", p -> {
                    p.partlyFreeBytes = 8 * MIB - 1;
                    p.largestPartlyFreeBytes = 1024;
                }),
                ill("a failure by fragmentation", Ailment.FRAGMENTATION, Severity.CRITICAL, "2 requests failed by it",
                        "ashlar defrag 4711", p -> p.failures.put(Cause.FRAGMENTATION, 2L)),
                ill("size classes", Ailment.FRAGMENTATION, Severity.CRITICAL,
                        "; requests that suffer: of 64.0 KiB (1.00), 4.0 KiB (0.50)", "ashlar defrag 4711", p -> {
                            p.failures.put(Cause.FRAGMENTATION, 1L);
                            p.sizeClasses.add(new SizeClassFragmentation(100, 51, 100));
                            p.sizeClasses.add(new SizeClassFragmentation(4096, 50, 100));
                            p.sizeClasses.add(new SizeClassFragmentation(65_536, 0, 3));
                            p.sizeClasses.add(new SizeClassFragmentation(1 << 20, 0, 0));
                        }),
                // Pending.
                ill("a quarter cached", Ailment.PENDING_HELD, Severity.WARNING,
                        "8.0 MiB pending, 25 % of what is committed: 8.0 MiB in 5 caches, 0 B in queues",
                        "ashlar defrag 4711", p -> p.cachedBytes = 8 * MIB),
                healthy("less cached", p -> p.cachedBytes = 8 * MIB - 1),
                ill("in queues", Ailment.PENDING_HELD, Severity.WARNING, "3.0 MiB in 5 caches, 6.0 MiB in queues",
                        "ashlar defrag 4711", p -> {
                            p.cachedBytes = 3 * MIB;
                            p.queuedBytes = 6 * MIB;
                        }),
                // Decay.
                ill("decay off, dirty", Ailment.DECAY_OFF, Severity.WARNING, "1.0 MiB of free blocks",
                        "ashlar purge 4711", p -> {
                            p.settings = p.settings.withDecayTime(DefragSettings.NEVER);
                            p.dirtyBytes = MIB;
                        }),
                healthy("decay off, little dirty", p -> {
                    p.settings = p.settings.withDecayTime(DefragSettings.NEVER);
                    p.dirtyBytes = MIB - 1;
                }),
                healthy("decay slow, dirty", p -> {
                    p.settings = p.settings.withDecayTime(Duration.ofDays(1));
                    p.dirtyBytes = 30 * MIB;
                }),
                // Leaks.
                ill("a leak", Ailment.LEAKS, Severity.WARNING,
                        "1 views, arenas or budgets were given up with blocks in them", "ashlar sites FILE",
                        p -> p.leaks = 1),
                ill("leaks by site", Ailment.LEAKS, Severity.WARNING,
                        "; sites that hold the most: A.b:1 (2.0 MiB), C.d:2 (512 B)",
                        "ashlar sites FILE", p -> {
                            p.leaks = 2;
                            p.sites.add(new Site("A.b:1", 2 * MIB, 4, 0, 0));
                            p.sites.add(new Site("C.d:2", 512, 1, 0, 0));
                        }),
                healthy("sites, and no leak", p -> p.sites.add(new Site("A.b:1", 2 * MIB, 4, 0, 0))),
                ill("a release failed", Ailment.FAILED_RELEASES, Severity.WARNING, "1 releases of free regions failed",
                        "ashlar purge 4711", p -> p.failedReleases = 1),
                // Budgets beside others of the same parent.
                ill("half of the parent", Ailment.STARVING_BUDGET, Severity.WARNING,
                        "it has 5.0 MiB, 50 % of the 10.0 MiB of budget 'q', where others were refused 2 times",
                        "ashlar sites FILE", p -> siblings(p, 5 * MIB, 0, 2)),
                ill("half of the parent, reserved", Ailment.STARVING_BUDGET, Severity.WARNING, "it has 5.0 MiB, 50 %",
                        "ashlar sites FILE", p -> siblings(p, 0, 5 * MIB, 1)),
                healthy("less than half of the parent", p -> siblings(p, 5 * MIB - 1, 0, 2)),
                healthy("half, and nobody refused", p -> siblings(p, 9 * MIB, 0, 0)),
                healthy("half of the pool, and nobody fails", p -> p.budget("big", "", 60 * MIB, 0, 50 * MIB, 9)));
    }

    private static void siblings(Patient patient, long live, long reserved, long refusalsOfOther) {
        patient.budget("q", "", 10 * MIB, 0, live, 0);
        patient.budget("q/sort", "q", 10 * MIB, reserved, live, 5);
        patient.budget("q/join", "q", 10 * MIB, 0, 0, refusalsOfOther);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void examine_oneIllness_isTheOneFinding(
            String what,
            Ailment ailment,
            Severity severity,
            String evidence,
            String command,
            Consumer<Patient> illness) {
        Patient patient = new Patient();
        illness.accept(patient);
        List<Finding> findings = Doctor.examine(patient.examination());
        assertEquals(1, findings.size(), () -> what + ": " + findings);
        Finding finding = findings.getFirst();
        assertEquals(ailment, finding.ailment());
        assertEquals(severity, finding.severity());
        assertTrue(finding.evidence().contains(evidence), finding.evidence());
        assertEquals(command, finding.command());
        assertTrue(!finding.title().isEmpty() && !finding.advice().isEmpty(), finding::toString);
    }

    @Test
    void examine_budgetWithHalfOfAPoolThatFails_starvesIt() {
        for (long live : new long[] {32 * MIB - 1, 32 * MIB}) {
            Patient patient = new Patient();
            patient.failures.put(Cause.CAPACITY, 1L);
            patient.budget("big", "", 60 * MIB, 0, live, 0);
            List<Ailment> ailments =
                    Doctor.examine(patient.examination()).stream().map(Finding::ailment).toList();
            assertEquals(
                    live < 32 * MIB
                            ? List.of(Ailment.CAPACITY_TOO_SMALL)
                            : List.of(Ailment.CAPACITY_TOO_SMALL, Ailment.STARVING_BUDGET),
                    ailments);
        }
    }

    @Test
    void examine_pendingBelowAMebibyte_isNoFinding() {
        Patient patient = new Patient();
        patient.committedBytes = MIB;
        patient.partlyFreeBytes = 0;
        patient.largestPartlyFreeBytes = 0;
        patient.cachedBytes = MIB - 1;
        assertEquals(Ailment.NONE, Doctor.examine(patient.examination()).getFirst().ailment());
        patient.cachedBytes = MIB;
        assertEquals(Ailment.PENDING_HELD, Doctor.examine(patient.examination()).getFirst().ailment());
    }

    @Test
    void examine_several_theWorstFirst() {
        Patient patient = new Patient();
        patient.failedReleases = 1;
        patient.leaks = 1;
        patient.pressureCalls = 1;
        patient.workerAlive = false;
        patient.fencedArenas = 2;
        assertEquals(
                List.of(Ailment.FENCED_ARENAS, Ailment.WORKER_DEAD, Ailment.CAPACITY_TOO_SMALL, Ailment.LEAKS,
                        Ailment.FAILED_RELEASES),
                Doctor.examine(patient.examination()).stream().map(Finding::ailment).toList());
    }

    @Test
    void examination_ofALivePool_hasItsFigures() {
        try (MemoryPool pool = MemoryPool.builder().name("live").capacity(16 * MIB).build();
                Budget query = pool.openBudget("query", MIB);
                Budget sort = query.openBudget("sort", MIB)) {
            long block = sort.allocateAddress(100_000);
            Examination examination = Examination.of(pool);
            assertEquals("live", examination.pool());
            assertEquals(ProcessHandle.current().pid(), examination.pid());
            assertEquals(pool.arenas(), examination.arenas().size());
            assertEquals(
                    List.of("query of ", "query/sort of query"),
                    examination.budgets().stream().map(b -> b.name() + " of " + b.parent()).sorted().toList());
            assertEquals(List.of(Ailment.NONE), Doctor.examine(examination).stream().map(Finding::ailment).toList());
            pool.freeAddress(block);
        }
    }
}
