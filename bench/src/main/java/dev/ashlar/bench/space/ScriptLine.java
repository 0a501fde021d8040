package dev.ashlar.bench.space;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import dev.ashlar.text.ByteSizes;
import org.jspecify.annotations.Nullable;

/** One line of a script: words, then options {@code key=value} and flags in any order. What is not asked for is refused by {@link #end}. */
final class ScriptLine {
    private final int number;
    private final List<String> words = new ArrayList<>();
    private final Map<String, String> options = new LinkedHashMap<>();
    private final Set<String> asked = new LinkedHashSet<>();

    private int next;

    private ScriptLine(int number) {
        this.number = number;
    }

    /** The words of a line without its comment; null if nothing is left. */
    static @Nullable ScriptLine of(int number, String text) throws ScriptException {
        int comment = text.indexOf('#');
        String content = (comment < 0 ? text : text.substring(0, comment)).strip();
        if (content.isEmpty()) {
            return null;
        }
        ScriptLine line = new ScriptLine(number);
        for (String word : content.split("\\s+", -1)) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                line.words.add(word);
            } else if (line.options.put(word.substring(0, equals), word.substring(equals + 1)) != null) {
                throw line.error(word.substring(0, equals) + "=: twice (expected: once)");
            }
        }
        return line;
    }

    int number() {
        return number;
    }

    ScriptException error(String message) {
        return new ScriptException(number, message);
    }

    /** The next word; {@code what} it is says the message if there is none. */
    String word(String what) throws ScriptException {
        if (next == words.size()) {
            throw error("the line ends (expected: " + what + ")");
        }
        return words.get(next++);
    }

    long length(String what) throws ScriptException {
        return number(what, word(what), 1);
    }

    boolean has(String option) {
        asked.add(option + "=");
        return options.containsKey(option);
    }

    @Nullable
    String text(String option) {
        asked.add(option + "=");
        return options.remove(option);
    }

    long number(String option, long least, long otherwise) throws ScriptException {
        String text = text(option);
        return text == null ? otherwise : number(option + "=", text, least);
    }

    int count(String option, int otherwise) throws ScriptException {
        return (int) Math.min(number(option, 0, otherwise), Integer.MAX_VALUE);
    }

    /** The values of a list with commas; empty if the option is not there. */
    List<String> list(String option) throws ScriptException {
        String text = text(option);
        if (text == null) {
            return List.of();
        }
        List<String> values = Arrays.asList(text.split(",", -1));
        if (values.contains("")) {
            throw error(option + "=" + text + ": an empty name (expected: names with commas between)");
        }
        return values;
    }

    /** A constant by its name; capitals do not matter, and {@code -} stands for {@code _}. */
    <E extends Enum<E>> E constant(String what, String text, List<E> values, String suffix) throws ScriptException {
        String plain = text.toUpperCase(Locale.ROOT).replace('-', '_');
        for (E value : values) {
            if (value.name().equals(plain) || value.name().equals(plain + suffix)) {
                return value;
            }
        }
        throw error(what + ": " + text + " (expected: " + names(values, suffix) + ")");
    }

    /** Whether a word is there, anywhere behind those that were asked for by place. */
    boolean flag(String name) {
        asked.add(name);
        int at = words.subList(next, words.size()).indexOf(name);
        if (at >= 0) {
            words.remove(next + at);
        }
        return at >= 0;
    }

    /** Refuses what nobody asked for. */
    void end() throws ScriptException {
        String left = next < words.size() ? words.get(next)
                : options.isEmpty() ? null : options.keySet().iterator().next() + "=";
        if (left != null) {
            throw error(left + ": unknown here (expected: "
                    + (asked.isEmpty() ? "nothing more" : String.join(", ", asked)) + ")");
        }
    }

    static <E extends Enum<E>> String names(List<E> values, String suffix) {
        return values.stream()
                .map(value -> value.name().endsWith(suffix)
                        ? value.name().substring(0, value.name().length() - suffix.length()) : value.name())
                .map(name -> name.toLowerCase(Locale.ROOT).replace('_', '-'))
                .collect(Collectors.joining(", "));
    }

    private long number(String what, String text, long least) throws ScriptException {
        try {
            long value = ByteSizes.parse(text);
            if (value >= least) {
                return value;
            }
        } catch (IllegalArgumentException e) {
            // The message below says all there is to say.
        }
        throw error(what + ": " + text + " (expected: a whole number from " + least + " on, such as 100, 64k or 2M)");
    }
}
