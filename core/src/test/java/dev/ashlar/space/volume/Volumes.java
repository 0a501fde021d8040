package dev.ashlar.space.volume;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Sets and placements as short texts, for tables of cases. */
final class Volumes {
    private static final Pattern PIECE = Pattern.compile("(\\w+)\\[(\\d+),(\\d+)\\)");

    private Volumes() {}

    /**
     * A set from sources such as {@code a:10 b:8/fast/site1}: name, capacity, then tier and tags in any order. A source may say which extents are taken from the beginning,
     * {@code c:9-0,2-5,6}: from 0 to 2 and from 5 to 6.
     */
    static VolumeSet<String> set(String sources) {
        VolumeSet<String> set = new VolumeSet<>();
        for (String text : sources.strip().split("\\s+", -1)) {
            String[] taken = text.split("-", -1);
            String[] words = taken[0].split("/", -1);
            String[] head = words[0].split(":", -1);
            Source<String> source = Source.of(head[0], Long.parseLong(head[1]), "/dev/" + head[0]);
            List<String> tags = new ArrayList<>();
            for (int i = 1; i < words.length; i++) {
                if (List.of("fast", "capacity", "archive").contains(words[i])) {
                    source = source.tier(Tier.valueOf(words[i].toUpperCase(Locale.ROOT)));
                } else {
                    tags.add(words[i]);
                }
            }
            set.addSource(source.tags(tags.toArray(new String[0])));
            for (int i = 1; i < taken.length; i++) {
                String[] range = taken[i].split(",", -1);
                set.restore(layout(head[0] + "[" + range[0] + "," + range[1] + ")", 1, 1, 0));
            }
        }
        return set;
    }

    /** A layout from legs such as {@code a[0,4) b[2,3) | c[0,5)}; a leg's metadata comes first, in angle brackets: {@code <a[0,1)> a[1,5)}. */
    static Layout layout(String text, int stripes, int copies, int parity) {
        List<Leg> legs = new ArrayList<>();
        String[] parts = text.split("\\|", -1);
        for (int i = 0; i < parts.length; i++) {
            List<Piece> metadata = new ArrayList<>();
            List<Piece> pieces = new ArrayList<>();
            long position = 0;
            for (String word : parts[i].strip().split(" ", -1)) {
                Matcher matcher = PIECE.matcher(word);
                if (!matcher.find()) {
                    throw new AssertionError("no piece: " + word);
                }
                long offset = Long.parseLong(matcher.group(2));
                long length = Long.parseLong(matcher.group(3)) - offset;
                if (word.startsWith("<")) {
                    metadata.add(new Piece(matcher.group(1), offset, length, 0));
                } else {
                    pieces.add(new Piece(matcher.group(1), offset, length, position));
                    position += length;
                }
            }
            legs.add(new Leg(Layout.stripeOf(i, stripes, copies), Layout.copyOf(i, stripes, copies),
                    i >= stripes * copies, metadata, pieces));
        }
        return new Layout(stripes, copies, parity, legs);
    }

    /** The text that {@link #layout} reads. */
    static String text(Layout layout) {
        return layout.legs().stream()
                .map(leg -> (leg.metadata().isEmpty() ? "" : "<" + words(leg.metadata()) + "> ") + words(leg.pieces()))
                .collect(Collectors.joining(" | "));
    }

    private static String words(List<Piece> pieces) {
        return pieces.stream().map(piece -> piece.toString().replace(" ", "")).collect(Collectors.joining(" "));
    }

    /** A request from words such as {@code 10 stripes=2 copies=2 parity=1 metadata=1 tiers=fast,archive domains=x,y apart approximate cling}. */
    static VolumeRequest.Builder request(String text) {
        String[] words = text.strip().split("\\s+", -1);
        VolumeRequest.Builder builder = VolumeRequest.ofExtents(Long.parseLong(words[0]));
        for (int i = 1; i < words.length; i++) {
            String[] pair = words[i].split("=", -1);
            switch (pair[0]) {
                case "stripes" -> builder.stripes(Integer.parseInt(pair[1]));
                case "copies" -> builder.copies(Integer.parseInt(pair[1]));
                case "parity" -> builder.parity(Integer.parseInt(pair[1]));
                case "metadata" -> builder.metadataExtents(Integer.parseInt(pair[1]));
                case "domains" -> builder.domains(pair[1].split(",", -1));
                case "tiers" -> builder.tiers(Arrays.stream(pair[1].split(",", -1))
                        .map(tier -> Tier.valueOf(tier.toUpperCase(Locale.ROOT)))
                        .toArray(Tier[]::new));
                case "apart" -> builder.apartByDomain();
                case "approximate" -> builder.approximate();
                default -> builder.policy(PlacementPolicy.valueOf(words[i].toUpperCase(Locale.ROOT).replace('-', '_')));
            }
        }
        return builder;
    }
}
