package dev.ashlar;

import java.util.List;

import dev.ashlar.testing.ChildJvm;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Settings whose defaults hold other settings' defaults. */
class SettingsTest {
    /** Which class is initialized first is up to the program: a client reads records in the order in which they come. */
    @ParameterizedTest
    @ValueSource(classes = {CompactionSettings.class, DefragSettings.class})
    void defaults_ofEitherClassFirst_areThere(Class<?> first) {
        String expected = DefragSettings.ofDefaults() + System.lineSeparator();
        assertEquals(new ChildJvm.Result(0, expected, ""), ChildJvm.run(First.class, List.of(), first.getName()));
    }

    static final class First {
        private First() {}

        public static void main(String[] arguments) throws ReflectiveOperationException {
            Class.forName(arguments[0]);
            System.out.println(DefragSettings.ofDefaults().withCompaction(CompactionSettings.ofDefaults()));
        }
    }
}
