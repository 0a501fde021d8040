package dev.ashlar.bench.replay;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PolicyTurnsTest {
    @TempDir
    private Path folder;

    /** More often than there are policies, so that each was the first: a block that a turn left would fail the next one's frees. */
    @Test
    void rounds_replayTheTraceForEachPolicy() throws Exception {
        TraceSource source = new TraceSource("random", SmallTraces.writeRandom(folder.resolve("trace"), 5000, 7));
        List<FitPolicy> policies = List.of(FitPolicy.values());
        try (PolicyTurns turns = new PolicyTurns(source, policies, Favour.SPEED)) {
            assertEquals(policies, turns.policies());
            for (int round = 0; round <= policies.size(); round++) {
                double[] nanos = turns.round();
                assertEquals(policies.size(), nanos.length);
                assertTrue(Arrays.stream(nanos).allMatch(each -> each > 0), () -> Arrays.toString(nanos));
            }
        }
    }
}
