package dev.ashlar.cli;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.ashlar.Coalescing;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.bench.compare.Cell;
import dev.ashlar.bench.peer.PeerKind;
import dev.ashlar.bench.replay.AllocatorKind;
import dev.ashlar.bench.space.SpaceKind;
import dev.ashlar.bench.workload.WorkloadKind;
import dev.ashlar.space.SpacePolicy;
import dev.ashlar.text.ByteSizes;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How option values are read. Capitals do not matter; a message names all values that are possible. */
final class Converters {
    private static final String FIT = "-fit";
    private static final double NANOS_PER_SECOND = 1e9;

    private Converters() {}

    /** {@code best}, {@code best-fit} or {@code BEST_FIT}; {@code adaptive}. */
    static final class Policy implements ITypeConverter<FitPolicy> {
        @Override
        public FitPolicy convert(String text) {
            String given = plain(text);
            String name = given.endsWith(FIT) ? given.substring(0, given.length() - FIT.length()) : given;
            return find(text, name, List.of(FitPolicy.values()), Policy::shortName, Policy::shortName);
        }

        private static String shortName(FitPolicy policy) {
            String name = plain(policy.name());
            return name.endsWith(FIT) ? name.substring(0, name.length() - FIT.length()) : name;
        }
    }

    /** {@code speed} or {@code footprint}. */
    static final class Favours implements ITypeConverter<Favour> {
        @Override
        public Favour convert(String text) {
            Function<Favour, String> name = favour -> plain(favour.name());
            return find(text, text, List.of(Favour.values()), name, name);
        }
    }

    /** {@code best}, {@code best-fit} or {@code BEST_FIT}; {@code end} or {@code end-of-space}. */
    static final class Placing implements ITypeConverter<SpacePolicy> {
        private static final String END = "end";

        @Override
        public SpacePolicy convert(String text) {
            if (plain(text).equals(END)) {
                return SpacePolicy.END_OF_SPACE;
            }
            boolean isFull = plain(text).endsWith(FIT) || plain(text).startsWith(END);
            return find(text, isFull ? text : text + FIT, List.of(SpacePolicy.values()), policy -> plain(policy.name()),
                    Placing::shortName);
        }

        private static String shortName(SpacePolicy policy) {
            String name = plain(policy.name());
            return name.endsWith(FIT) ? name.substring(0, name.length() - FIT.length()) : END;
        }
    }

    /** {@code extents} or {@code bitmap}: what a script of ranges can be replayed over. */
    static final class Ranges implements ITypeConverter<SpaceKind> {
        @Override
        public SpaceKind convert(String text) {
            Function<SpaceKind, String> name = kind -> plain(kind.name());
            return find(text, text, List.of(SpaceKind.EXTENTS, SpaceKind.BITMAP), name, name);
        }
    }

    /** {@code immediate} or {@code deferred}. */
    static final class Merging implements ITypeConverter<Coalescing> {
        @Override
        public Coalescing convert(String text) {
            Function<Coalescing, String> name = coalescing -> plain(coalescing.name());
            return find(text, text, List.of(Coalescing.values()), name, name);
        }
    }

    /** {@code ashlar}, {@code ashlar-confined}, {@code heap}. */
    static final class Allocator implements ITypeConverter<AllocatorKind> {
        @Override
        public AllocatorKind convert(String text) {
            Function<AllocatorKind, String> name = AllocatorKind::displayName;
            return find(text, text, List.of(AllocatorKind.values()), name, name);
        }
    }

    /** {@code pair-64}, {@code sqlite}. */
    static final class Cells implements ITypeConverter<Cell> {
        /** As in {@link Peer#NAMES}. */
        static final String NAMES =
                "pair-64, pair-4k, batch-64, scope-64, sqlite, rocksdb, clickhouse, python, larson, alloc-test";

        @Override
        public Cell convert(String text) {
            Function<Cell, String> name = Cell::displayName;
            return find(text, text, List.of(Cell.values()), name, name);
        }
    }

    /** {@code heap}, {@code netty-pooled}. */
    static final class Peer implements ITypeConverter<PeerKind> {
        /** What the help shows; an annotation takes no less than a constant, and a test compares it with the kinds. */
        static final String NAMES = "ashlar, ashlar-confined, ashlar-segment, ashlar-hardened, heap, malloc,"
                + " mimalloc, tcmalloc, jemalloc, rpmalloc, unsafe, netty-pooled, netty-adaptive, arena, arena-shared, null";

        @Override
        public PeerKind convert(String text) {
            Function<PeerKind, String> name = PeerKind::displayName;
            return find(text, text, List.of(PeerKind.values()), name, name);
        }
    }

    /** {@code larson}, or {@code all}; picocli adds all elements of a list. */
    static final class Workload implements ITypeConverter<List<WorkloadKind>> {
        private static final String ALL = "all";

        @Override
        public List<WorkloadKind> convert(String text) {
            if (plain(text).equals(ALL)) {
                return List.of(WorkloadKind.values());
            }
            Function<WorkloadKind, String> name = WorkloadKind::displayName;
            return List.of(find(text, text, List.of(WorkloadKind.values()), name, name));
        }
    }

    /** {@code 3}, {@code 0.5}; more than nothing. */
    static final class Seconds implements ITypeConverter<Double> {
        private static final double MAX = 86_400;

        @Override
        public Double convert(String text) {
            try {
                double seconds = Double.parseDouble(text);
                if (seconds > 0 && seconds <= MAX) {
                    return seconds;
                }
            } catch (NumberFormatException e) {
                // The message below says all there is to say.
            }
            throw new TypeConversionException(text + " (expected: seconds, more than 0 and at most a day)");
        }
    }

    /** {@code 3}, {@code 0.5}, and {@code 0} for no end. */
    static final class SecondsOrZero implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            try {
                double seconds = Double.parseDouble(text);
                if (seconds >= 0 && seconds <= Seconds.MAX) {
                    return seconds;
                }
            } catch (NumberFormatException e) {
                // The message below says all there is to say.
            }
            throw new TypeConversionException(text + " (expected: seconds, at most a day, or 0)");
        }
    }

    /** A TCP port, or 0 for any. */
    static final class Port implements ITypeConverter<Integer> {
        private static final int MAX = 65_535;

        @Override
        public Integer convert(String text) {
            try {
                int port = Integer.parseInt(text);
                if (port >= 0 && port <= MAX) {
                    return port;
                }
            } catch (NumberFormatException e) {
                // The message below says all there is to say.
            }
            throw new TypeConversionException(text + " (expected: a port from 1 to 65535, or 0 for any)");
        }
    }

    /** {@code 64KiB}, {@code 1g}, {@code 4096}; more than nothing. */
    static final class Bytes implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                long bytes = ByteSizes.parse(text);
                if (bytes > 0) {
                    return bytes;
                }
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
            throw new TypeConversionException("0 (expected: at least 1 byte)");
        }
    }

    /** A process's id. */
    static final class ProcessId implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                long pid = Long.parseLong(text);
                if (pid > 0) {
                    return pid;
                }
            } catch (NumberFormatException e) {
                // The message below says all there is to say.
            }
            throw new TypeConversionException(
                    text + " (expected: a process's id; ./ashlar list shows those that have pools)");
        }
    }

    /** An arena by its number, from 0 on. */
    static final class ArenaNumber implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            try {
                int number = Integer.parseInt(text);
                if (number >= 0) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // The message below says all there is to say.
            }
            throw new TypeConversionException(text + " (expected: a whole number from 0 to " + Integer.MAX_VALUE + ")");
        }
    }

    /** A whole number from 1 on. */
    static final class Count implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            try {
                int count = Integer.parseInt(text);
                if (count > 0) {
                    return count;
                }
            } catch (NumberFormatException e) {
                // The message below says all there is to say.
            }
            throw new TypeConversionException(text + " (expected: a whole number from 1 to " + Integer.MAX_VALUE + ")");
        }
    }

    /** Seconds, to the nanosecond. */
    static Duration duration(double seconds) {
        return Duration.ofNanos(Math.max(1, Math.round(seconds * NANOS_PER_SECOND)));
    }

    private static <T> T find(
            String text, String full, List<T> values, Function<T, String> name, Function<T, String> shownName) {
        return values.stream()
                .filter(value -> name.apply(value).equals(plain(full)))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException(text + " (expected: "
                        + values.stream().map(shownName).collect(Collectors.joining(", ")) + ")"));
    }

    private static String plain(String text) {
        return text.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
