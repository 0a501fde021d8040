package dev.ashlar.attach;

import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import dev.ashlar.Adaptation;
import dev.ashlar.ArenaStatistics;
import dev.ashlar.DefragReport;
import dev.ashlar.DefragStep;
import dev.ashlar.Favour;
import dev.ashlar.FitEvidence;
import dev.ashlar.FitPolicy;
import dev.ashlar.FreeSpace;
import dev.ashlar.LockSlices;
import dev.ashlar.PolicySwitch;
import dev.ashlar.PoolExhaustedException.Cause;
import dev.ashlar.PoolStatistics;
import dev.ashlar.ReclaimKind;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.json.RecordJson;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class RecordJsonTest {
    record Sample(
            int number, long large, double share, boolean truth, @Nullable String text, @Nullable Long maybe,
            FitPolicy policy, Duration time, List<Inner> inner, Map<Cause, Long> causes) {}

    record Inner(String name) {}

    private static final String SAMPLE =
            "{\"number\":-3,\"large\":9223372036854775807,\"share\":0.25,\"truth\":true,\"text\":\"a \\\"b\\\"\\n\\u0000\",\"maybe\":null,"
                    + "\"policy\":\"BEST_FIT\",\"time\":\"PT1.5S\",\"inner\":[{\"name\":\"\"},{\"name\":\"x\"}],\"causes\":{\"CAPACITY\":7}}";

    private static Sample sample() {
        return new Sample(-3, Long.MAX_VALUE, 0.25, true, "a \"b\"\n\0", null, FitPolicy.BEST_FIT,
                Duration.ofMillis(1500),
                List.of(new Inner(""), new Inner("x")), Map.of(Cause.CAPACITY, 7L));
    }

    private static <T extends Record> T read(String text, Class<T> type) throws IOException {
        return RecordReader.read(RecordReader.parser(text), type);
    }

    private static <T extends Record> T again(T value, Class<T> type) throws IOException {
        return read(RecordJson.line(value), type);
    }

    @Test
    void line_everyKindOfComponent_isThisText() throws IOException {
        assertEquals(SAMPLE, RecordJson.line(sample()));
    }

    @Test
    void read_thatText_isTheRecord() throws IOException {
        assertEquals(sample(), read(SAMPLE, Sample.class));
    }

    @Test
    void write_indented_readsBack() throws IOException {
        StringWriter out = new StringWriter();
        RecordJson.write(sample(), out);
        assertEquals(sample(), read(out.toString(), Sample.class));
        assertEquals('\n', out.toString().charAt(out.toString().length() - 1));
    }

    @Test
    void pool_allItsFigures_comeBackEqual() throws IOException {
        try (MemoryPool pool = Attached.newPool("figures")) {
            for (int i = 0; i < 1000; i++) {
                pool.allocateAddress(i * 7L);
            }
            PoolStatistics statistics = pool.statistics();
            assertEquals(statistics, again(statistics, PoolStatistics.class));
            for (ArenaStatistics arena : pool.arenaStatistics()) {
                assertEquals(arena, again(arena, ArenaStatistics.class));
            }
            PoolFigures figures = new PoolFigures("a", 1, 2, -1, FitPolicy.ADAPTIVE, statistics);
            assertEquals(figures, again(figures, PoolFigures.class));
            DefragReport report = pool.defragment().join();
            assertEquals(report, again(report, DefragReport.class));
        }
    }

    @Test
    void adaptation_infiniteLifetime_comesBackEqual() throws IOException {
        FitEvidence evidence = new FitEvidence(1, List.of(0L, 1L), 0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0.5, 0.25, 1.5, 0,
                Double.POSITIVE_INFINITY, 1e300);
        Adaptation adaptation = new Adaptation(Favour.SPEED, List.of(FitPolicy.BEST_FIT), 2, 1, List.of(
                new PolicySwitch(0, 1, FitPolicy.BEST_FIT, FitPolicy.FIRST_FIT, "because", evidence)));
        assertEquals(adaptation, again(adaptation, Adaptation.class));
    }

    @Test
    void report_withAFailure_keepsItsText() throws IOException {
        DefragReport report = new DefragReport(
                1, true, List.of(DefragStep.PURGE), List.of(), new EnumMap<>(ReclaimKind.class), new FreeSpace(1, 2, 2),
                new FreeSpace(0, 0, 0), 0, LockSlices.NONE, 5,
                List.of(new DefragReport.Failure(DefragStep.PURGE, -1, new IllegalStateException("no"))), 1,
                DefragReport.End.COMPLETE);
        DefragReport read = again(report, DefragReport.class);
        assertEquals("java.lang.IllegalStateException: no", read.failures().getFirst().cause().toString());
        assertEquals(report.bytes(), read.bytes());
    }

    @Test
    void read_fieldThatTheRecordHasNot_isLeftOut() throws IOException {
        assertEquals(new Inner("x"), read("{\"new\":{\"a\":[1,{\"b\":2}]},\"name\":\"x\",\"more\":[]}", Inner.class));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {
        "{} ~ Inner.name: missing",
        "[] ~ Inner: [ (expected: an object)",
        "{\"name\":{}} ~ Inner.name: { (expected: String)"
    })
    void read_anotherShape_saysWhere(String text, String message) {
        assertEquals(message, assertThrows(IOException.class, () -> read(text, Inner.class)).getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {
        "\"number\":-3 ~ \"number\":2147483648 ~ Sample.number: 2147483648 (expected: int)",
        "\"truth\":true ~ \"truth\":1 ~ Sample.truth: 1 (expected: boolean)",
        "\"large\":9223372036854775807 ~ \"large\":null ~ Sample.large: null (expected: long)",
        "BEST_FIT ~ LAST_FIT ~ Sample.policy: LAST_FIT (expected: FitPolicy)",
        "PT1.5S ~ soon ~ Sample.time: soon (expected: Duration)",
        "[{\"name\":\"\"} ~ [3 ~ Sample.inner: 3 (expected: an object)",
        "CAPACITY ~ WEATHER ~ Sample.causes.WEATHER (expected: dev.ashlar.PoolExhaustedException$Cause)"
    })
    void read_anotherValue_saysWhere(String found, String instead, String message) {
        String text = SAMPLE.replace(found, instead);
        assertEquals(message, assertThrows(IOException.class, () -> read(text, Sample.class)).getMessage());
    }

    @Test
    void read_refusedByTheRecord_saysWhy() {
        IOException e = assertThrows(IOException.class, () -> read(
                "{\"favour\":\"SPEED\",\"inForce\":null,\"windows\":1,\"switches\":1,\"recent\":[]}",
                Adaptation.class));
        assertEquals("Adaptation.inForce: null (expected: an array)", e.getMessage());
    }

    @Test
    void line_valueWithoutJson_isIllegal() {
        Object thread = Thread.currentThread();
        assertEquals("java.lang.Thread (expected: a record, or what a record is made of)",
                assertThrows(IllegalArgumentException.class, () -> RecordJson.line(thread)).getMessage());
    }
}
