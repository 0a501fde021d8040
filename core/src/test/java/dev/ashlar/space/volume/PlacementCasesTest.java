package dev.ashlar.space.volume;

import java.util.Locale;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Placements worked out by hand from lvm(8), section ALLOCATION: sources, what the request continues (or nothing), the request, and where it must go; or, behind an
 * exclamation mark, how many extents are missing and the reason of each source. The texts are those of {@link Volumes}.
 */
class PlacementCasesTest {
    @ParameterizedTest(name = "{index} {0}: {3} on {1}")
    @CsvSource(delimiter = '~', value = {
        // Of sources that have the space in one run, the first that was added; of its runs the shortest that will do.
        "first source that fits         ~ a:10 b:10           ~                 ~ 4                          ~ a[0,4)",
        "too small for one run          ~ a:3 b:10            ~                 ~ 4                          ~ b[0,4)",
        "best run of a source           ~ a:20-6,8-12,14      ~                 ~ 4                          ~ a[8,12)",
        "no run fits: the longest first ~ a:9-4,5-7,8         ~                 ~ 6                          ~ a[0,4) a[5,7)",
        "then on, on the same source    ~ a:9-4,6 b:3         ~                 ~ 6                          ~ a[0,4) a[6,8)",
        "then anywhere                  ~ a:4 b:3             ~                 ~ 6                          ~ a[0,4) b[0,2)",
        "all there is                   ~ a:4 b:3             ~                 ~ 7                          ~ a[0,4) b[0,3)",
        "more than there is             ~ a:4 b:3             ~                 ~ 8                          ~ ! 1 a TOO_SMALL b TOO_SMALL",

        // CONTIGUOUS: one run for each leg, at the end of what it continues.
        "one run                        ~ a:9-4,5 b:5         ~                 ~ 5 contiguous               ~ b[0,5)",
        "no run                         ~ a:9-4,5 b:4         ~                 ~ 5 contiguous               ~ ! 1 a FRAGMENTED b TOO_SMALL",
        "two runs                       ~ a:9-4,5 b:5 c:4     ~                 ~ 8 stripes=2 contiguous     ~ a[0,4) | b[0,4)",
        "adjacent                       ~ a:10 b:10           ~ b[2,4)          ~ 3 contiguous               ~ b[4,7)",
        "not adjacent: taken            ~ a:10 b:10-4,5       ~ b[2,4)          ~ 3 contiguous               ~ ! 3 a NOT_BESIDE b NOT_BESIDE",
        "not adjacent: too short        ~ a:10 b:10-6,7       ~ b[2,4)          ~ 3 contiguous               ~ ! 1 a NOT_BESIDE b FRAGMENTED",
        "each leg adjacent              ~ a:10 b:10           ~ b[2,4) | a[5,7) ~ 4 stripes=2 contiguous     ~ b[4,6) | a[7,9)",
        "one leg not adjacent           ~ a:10-7,8 b:10       ~ b[2,4) | a[5,7) ~ 4 stripes=2 contiguous     ~ ! 4 a NOT_BESIDE b TOO_FEW_LIKE_IT",
        "two legs on one source         ~ a:20                ~ a[0,2) | a[5,7) ~ 4 stripes=2 contiguous     ~ ! 4 a TOO_FEW_LIKE_IT",

        // CLING: the sources that the leg is on already, each leg for itself.
        "same source                    ~ a:20 b:10-4,5       ~ b[2,4)          ~ 3 cling                    ~ b[5,8)",
        "adjacent first                 ~ a:20 b:10-6,7       ~ b[2,4)          ~ 3 cling                    ~ b[4,6) b[0,1)",
        "same source is full            ~ a:20 b:10-4,10      ~ b[2,4)          ~ 3 cling                    ~ ! 1 a NOT_BESIDE b TOO_SMALL",
        "any earlier source             ~ a:4-0,2 b:5-3,5     ~ a[2,4) b[0,2)   ~ 1 cling                    ~ b[2,3)",
        "each leg its own               ~ a:9 b:9 c:9         ~ c[0,2) | a[0,2) ~ 4 stripes=2 cling          ~ c[2,4) | a[2,4)",
        "new: one source for a leg      ~ a:9-4,5 b:6-3,4     ~                 ~ 7 cling                    ~ a[0,4) a[5,8)",
        "new: the run is not all        ~ a:9-5,9 b:9-2,3-6,7 ~                 ~ 7 cling                    ~ b[3,6) b[0,2) b[7,9)",
        "new: no source is enough       ~ a:6 b:6             ~                 ~ 7 cling                    ~ ! 1 a TOO_SMALL b TOO_SMALL",

        // CLING_BY_TAGS: sources with a tag in common.
        "same tag                       ~ a:9 b:4/x c:4/x     ~ b[0,4)          ~ 3 cling-by-tags            ~ c[0,3)",
        "same source before same tag    ~ a:9 b:6/x c:9/x     ~ b[0,4)          ~ 3 cling-by-tags            ~ b[4,6) c[0,1)",
        "another tag                    ~ a:9/y b:4/x c:2/x   ~ b[0,4)          ~ 3 cling-by-tags            ~ ! 1 a NOT_BESIDE b FULL c TOO_SMALL",
        "a tag that does not count      ~ a:9/y/z b:4/x/z     ~ b[0,4)          ~ 3 cling-by-tags domains=x  ~ ! 3 a NOT_BESIDE b FULL",
        "a tag that counts              ~ a:9/y/z b:4/x/z     ~ b[0,4)          ~ 3 cling-by-tags domains=z  ~ a[0,3)",
        "new: one domain for a leg      ~ a:5/x b:5/y c:3/y   ~                 ~ 7 cling-by-tags            ~ b[0,5) c[0,2)",
        "new: no domain is enough       ~ a:5/x b:5/y         ~                 ~ 7 cling-by-tags            ~ ! 2 a TOO_SMALL b TOO_SMALL",
        "untagged: its own domain       ~ a:5 b:5             ~                 ~ 7 cling-by-tags            ~ ! 2 a TOO_SMALL b TOO_SMALL",

        // NORMAL: no two legs on one source at the same position.
        "stripes on distinct sources    ~ a:10 b:10 c:10      ~                 ~ 6 stripes=3                ~ a[0,2) | b[0,2) | c[0,2)",
        "the largest ones               ~ a:1 b:3 c:3         ~                 ~ 6 stripes=2                ~ b[0,3) | c[0,3)",
        "too few sources                ~ a:10 b:10           ~                 ~ 6 stripes=3                ~ ! 6 a TOO_FEW_LIKE_IT b TOO_FEW_LIKE_IT",
        "space, but all on one          ~ a:100 b:2           ~                 ~ 6 stripes=2                ~ ! 2 a TOO_FEW_LIKE_IT b TOO_SMALL",
        "one leg in several pieces      ~ a:9 b:4 c:5         ~                 ~ 18 stripes=2               ~ a[0,9) | c[0,5) b[0,4)",
        "contiguous, cling, then normal ~ a:9-6,7 b:9         ~ a[0,4)          ~ 6                          ~ a[4,6) a[7,9) b[0,2)",
        "copies                         ~ a:10 b:10           ~                 ~ 4 copies=2                 ~ a[0,4) | b[0,4)",
        "copies of stripes              ~ a:9 b:9 c:9 d:9     ~                 ~ 4 stripes=2 copies=2       ~ a[0,2) | b[0,2) | c[0,2) | d[0,2)",
        "copies of stripes, too few     ~ a:9 b:9 c:9         ~                 ~ 4 stripes=2 copies=2       ~ ! 8 a TOO_FEW_LIKE_IT b TOO_FEW_LIKE_IT c TOO_FEW_LIKE_IT",
        // LVM's own way ends with one extent that only one source has; legs that change sources use all of it.
        "sources change legs            ~ a:2 b:2 c:2         ~                 ~ 6 stripes=2                ~ a[0,2) b[0,1) | b[1,2) c[0,2)",
        "one extent less                ~ a:2 b:2 c:1         ~                 ~ 6 stripes=2                ~ ! 2 a TOO_SMALL b TOO_SMALL c TOO_SMALL",

        // ANYWHERE: whatever is free.
        "apart where it can be          ~ a:10 b:10           ~                 ~ 4 stripes=2 anywhere       ~ a[0,2) | b[0,2)",
        "two legs on one source         ~ a:10                ~                 ~ 4 stripes=2 anywhere       ~ a[0,2) | a[2,4)",
        "normal first, then the rest    ~ a:10 b:2            ~                 ~ 8 stripes=2 anywhere       ~ a[0,4) | b[0,2) a[4,6)",
        "every extent                   ~ a:5-1,2-3,4 b:1     ~                 ~ 4 stripes=2 anywhere       ~ a[0,1) a[2,3) | b[0,1) a[4,5)",
        "nothing more                   ~ a:3-1,2 b:1 c:1     ~                 ~ 6 stripes=2 anywhere       ~ ! 2 a TOO_SMALL b TOO_SMALL c TOO_SMALL",

        // Parity: devices beside the stripes; metadata directly before a leg's first data.
        "raid 5                         ~ a:9 b:9 c:9         ~                 ~ 4 stripes=2 parity=1       ~ a[0,2) | b[0,2) | c[0,2)",
        "raid 5, metadata               ~ a:9 b:9 c:9         ~                 ~ 4 stripes=2 parity=1 metadata=1 ~ <a[0,1)> a[1,3) | <b[0,1)> b[1,3) | <c[0,1)> c[1,3)",
        "raid 6, one source short       ~ a:9 b:9 c:9 d:9     ~                 ~ 6 stripes=3 parity=2       ~ ! 10 a TOO_FEW_LIKE_IT b TOO_FEW_LIKE_IT c TOO_FEW_LIKE_IT d TOO_FEW_LIKE_IT",
        "raid 6                         ~ a:9 b:9 c:9 d:9 e:9 ~                 ~ 3 stripes=3 parity=2       ~ a[0,1) | b[0,1) | c[0,1) | d[0,1) | e[0,1)",
        "metadata and data in one run   ~ a:5-2,3 b:3         ~                 ~ 2 metadata=1 cling         ~ <b[0,1)> b[1,3)",
        "metadata takes the space       ~ a:4                 ~                 ~ 4 metadata=1               ~ ! 1 a TOO_SMALL",
        "metadata, then pieces          ~ a:6-3,4             ~                 ~ 3 metadata=2               ~ <a[0,2)> a[2,3) a[4,6)",
        "no run for the metadata        ~ a:5-1,2-3,4         ~                 ~ 1 metadata=1               ~ ! 2 a FRAGMENTED",

        // Domains by tag, in which copies and parity are kept apart.
        "copies in distinct domains     ~ a:9/x b:9/x c:9/y   ~                 ~ 4 copies=2 apart           ~ a[0,4) | c[0,4)",
        "one domain                     ~ a:9/x b:9/x         ~                 ~ 4 copies=2 apart           ~ ! 8 a TOO_FEW_LIKE_IT b TOO_FEW_LIKE_IT",
        "other tags do not count        ~ a:9/x/s b:9/y/s     ~                 ~ 4 copies=2 apart domains=x,y ~ a[0,4) | b[0,4)",
        "stripes may share a domain     ~ a:9/x b:9/x c:9/y d:9/y ~             ~ 4 stripes=2 copies=2 apart ~ a[0,2) | b[0,2) | c[0,2) | d[0,2)",
        "three of four in one domain    ~ a:9/x b:9/x c:9/x d:9/y ~             ~ 4 stripes=2 copies=2 apart ~ ! 8 a TOO_FEW_LIKE_IT b TOO_FEW_LIKE_IT c TOO_FEW_LIKE_IT d TOO_FEW_LIKE_IT",
        "parity: one leg of a domain    ~ a:9/x b:9/x c:9 d:9 ~                 ~ 4 stripes=2 parity=1 apart ~ a[0,2) | c[0,2) | d[0,2)",
        "parity 2: two of a domain      ~ a:9/x b:9/x c:9/x d:9/y e:9/y f:9 ~   ~ 3 stripes=3 parity=2 apart ~ a[0,1) | b[0,1) | d[0,1) | e[0,1) | f[0,1)",
        "a copy clings to its domain    ~ a:3/x b:3/x c:3/y d:3/y ~             ~ 5 copies=2 apart cling-by-tags ~ a[0,3) b[0,2) | c[0,3) d[0,2)",

        // Tiers: the first alone, then with the second.
        "the preferred tier             ~ a:9 b:9/fast        ~                 ~ 4 tiers=fast,capacity      ~ b[0,4)",
        "the next one                   ~ a:9 b:3/fast        ~                 ~ 4 tiers=fast,capacity cling ~ a[0,4)",
        "what the first has, first      ~ a:9 b:3/fast        ~                 ~ 4 tiers=fast,capacity      ~ b[0,3) a[0,1)",
        "no other tier                  ~ a:9 b:3/fast        ~                 ~ 4 tiers=fast               ~ ! 1 a OTHER_TIER b TOO_SMALL",
        "pieces before another tier     ~ a:9 b:9-4,5/fast    ~                 ~ 4 tiers=capacity           ~ a[0,4)",

        // Less is acceptable.
        "less                           ~ a:4 b:3             ~                 ~ 9 approximate              ~ a[0,4) b[0,3)",
        "less, evenly                   ~ a:4 b:3             ~                 ~ 10 stripes=2 approximate   ~ a[0,3) | b[0,3)",
        "less, in one run               ~ a:9-4,5             ~                 ~ 9 contiguous approximate   ~ a[0,4)",
        "less, but not nothing          ~ a:9                 ~                 ~ 4 stripes=2 approximate    ~ ! 4 a TOO_FEW_LIKE_IT",
        "enough is not less             ~ a:9                 ~                 ~ 4 approximate              ~ a[0,4)"
    })
    void allocate_handWorked_isPlacedOrRefusedAsExpected(String what, String sources, String before, String request,
            String expected) {
        VolumeSet<String> set = Volumes.set(sources.replaceAll("(-[\\d,-]+)(/\\w+)", "$2$1"));
        VolumeRequest.Builder builder = Volumes.request(request);
        if (before != null) {
            VolumeRequest plain = builder.build();
            builder.beside(set.restore(Volumes.layout(before, plain.stripes(), plain.copies(), plain.parity())));
        }
        if (!expected.startsWith("!")) {
            assertEquals(expected, Volumes.text(set.allocate(builder.build()).layout()), what);
            set.validate();
            return;
        }
        String held = set.status().toString();
        PlacementRefusedException e =
                assertThrows(PlacementRefusedException.class, () -> set.allocate(builder.build()), what);
        StringBuilder found = new StringBuilder("! ").append(e.missingExtents());
        e.shortfalls().forEach(
                shortfall -> found.append(' ').append(shortfall.source()).append(' ').append(shortfall.reason()));
        assertEquals(expected, found.toString(), e.getMessage());
        assertEquals(held, set.status().toString());
        assertTrue(String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("missing"), e::getMessage);
        set.validate();
    }
}
