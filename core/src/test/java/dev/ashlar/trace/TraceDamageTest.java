package dev.ashlar.trace;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.ashlar.trace.TraceReading.assertRefused;
import static dev.ashlar.trace.TraceReading.assertRefusedAtOffset;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Damage inside the trace, with the compression around it intact. */
class TraceDamageTest {
    // Magic, version and four totals of one byte each.
    private static final int SMALL_HEADER_BYTES = 9;

    @Test
    void open_wrongMagic_isRefusedAtTheFirstWrongByte() {
        assertRefused(TraceBytes.empty().bytes('P', 'K', 3, 4), 0, "byte 80", "65, the magic's 'A'");
        assertRefused(TraceBytes.empty().bytes('A', 'T', 'R', 'X'), 3, "byte 88", "67, the magic's 'C'");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 255})
    void open_unknownVersion_isRefused(int version) {
        assertRefused(TraceBytes.empty().bytes('A', 'T', 'R', 'C', version), 4, "version " + version, "1");
    }

    @Test
    void open_totalsThatContradict_areRefused() {
        assertRefused(TraceBytes.header(0, 1, 1, 8), 5, "threads 0", "1 or more, for 1 events");
        assertRefused(TraceBytes.header(1, 3, 4, 8), 7, "blocks 4", "at most 3, the events");
        assertRefused(TraceBytes.header(1L << 31, 1, 1, 8), 5, "threads 2147483648", "at most 2147483647");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 9, 255})
    void next_unknownOp_isRefused(int op) {
        TraceBytes trace = TraceBytes.header(1, 2, 1, 8).allocate(0, 8).bytes(op);
        assertRefused(trace, SMALL_HEADER_BYTES + 3, "op " + op, "0 to 3");
    }

    @Test
    void next_threadOutOfRange_isRefused() {
        assertRefused(TraceBytes.header(2, 1, 1, 8).allocate(2, 8), SMALL_HEADER_BYTES + 1, "thread 2", "0 to 1");
        assertRefused(TraceBytes.header(2, 1, 1, 8).allocate(1L << 32, 8), SMALL_HEADER_BYTES + 1,
                "thread 4294967296", "0 to 1");
    }

    @Test
    void next_freeOfADeadBlock_isRefused() {
        TraceBytes trace = TraceBytes.header(1, 5, 2, 16).allocate(0, 8).allocate(0, 8).free(0, 2).free(0, 2);
        assertRefused(trace, trace.size() - 1, "age 2, block 0, freed before", "a live block");
    }

    @Test
    void next_resizeOfADeadBlock_isRefused() {
        TraceBytes trace = TraceBytes.header(1, 3, 1, 8).allocate(0, 8).free(0, 1).resize(0, 1, 4);
        assertRefused(trace, trace.size() - 2, "age 1, block 0, freed before", "a live block");
    }

    @Test
    void next_freeOfABlockWhosePageWasDropped_isRefused() {
        int blocks = LiveBlocks.PAGE_BLOCKS + 1;
        TraceBytes trace = TraceBytes.header(1, 2 * blocks + 1, blocks, 8);
        for (int i = 0; i < blocks; i++) {
            trace.allocate(0, 8).free(0, 1);
        }
        int offset = trace.size() + 2;
        trace.free(0, blocks);
        assertRefused(trace, offset, "age " + blocks + ", block 0, freed before", "a live block");
    }

    @Test
    void next_ageOfNoBlock_isRefused() {
        TraceBytes oneBlock = TraceBytes.header(1, 2, 1, 8).allocate(0, 8);
        int ageOffset = oneBlock.size() + 2;
        assertRefused(oneBlock.free(0, 0), ageOffset, "age 0", "1 to 1, the blocks so far");
        assertRefused(TraceBytes.header(1, 2, 1, 8).allocate(0, 8).free(0, 2), ageOffset,
                "age 2", "1 to 1, the blocks so far");
        assertRefused(TraceBytes.header(1, 2, 1, 8).allocate(0, 8).resize(0, Long.MAX_VALUE, 1), ageOffset,
                "age 9223372036854775807", "1 to 1, the blocks so far");
        assertRefused(TraceBytes.header(1, 2, 1, 8).free(0, 1), SMALL_HEADER_BYTES + 2,
                "age 1", "an allocation first");
    }

    @Test
    void next_alignmentTooLarge_isRefused() {
        TraceBytes trace = TraceBytes.header(1, 1, 1, 8).allocateAligned(0, 8, 63);
        assertRefused(trace, SMALL_HEADER_BYTES + 3, "log2(alignment) 63", "0 to 62");
    }

    @Test
    void next_moreEventsThanTheHeaderSays_isTrailing() {
        TraceBytes trace = TraceBytes.header(1, 1, 1, 8).allocate(0, 8);
        int end = trace.size();
        assertRefused(trace.free(0, 1), end, "byte 1", "end of trace after 1 events");
    }

    @Test
    void next_fewerEventsThanTheHeaderSays_isAnEarlyEnd() {
        TraceBytes trace = TraceBytes.header(1, 3, 1, 8).allocate(0, 8).free(0, 1);
        assertRefused(trace, trace.size(), "end of trace after 2 events", "3 events");
    }

    @Test
    void next_moreBlocksThanTheHeaderSays_isRefusedAtTheAllocation() {
        TraceBytes trace = TraceBytes.header(1, 2, 1, 16).allocate(0, 8);
        int end = trace.size();
        assertRefused(trace.allocate(0, 8), end, "op 0", "1 or 2, after 1 blocks of 1");
    }

    @Test
    void next_fewerBlocksThanTheHeaderSays_isRefusedAtTheHeader() {
        TraceBytes trace = TraceBytes.header(1, 2, 2, 8).allocate(0, 8).free(0, 1);
        assertRefused(trace, 7, "blocks 2", "1, as the events allocate");
    }

    @Test
    void next_peakTooSmall_isRefusedAtTheSizeThatExceedsIt() {
        TraceBytes allocation = TraceBytes.header(1, 2, 2, 15).allocate(0, 8).allocate(0, 8);
        assertRefused(allocation, allocation.size() - 1, "size 8", "at most 7, within the header's peakLiveBytes 15");
        TraceBytes resize = TraceBytes.header(1, 2, 1, 15).allocate(0, 8).resize(0, 1, 16);
        assertRefused(resize, resize.size() - 1, "size 16", "at most 15, within the header's peakLiveBytes 15");
    }

    @Test
    void next_peakTooLarge_isRefusedAtTheHeader() {
        TraceBytes trace = TraceBytes.header(1, 2, 1, 9).allocate(0, 8).free(0, 1);
        assertRefused(trace, 8, "peakLiveBytes 9", "8, the most that is live after an event");
    }

    @Test
    void next_liveBytesBeyondALong_areRefused() {
        TraceBytes trace = TraceBytes.header(1, 2, 2, Long.MAX_VALUE).allocate(0, Long.MAX_VALUE);
        int sizeOffset = trace.size() + 2;
        assertRefused(trace.allocate(0, 1), sizeOffset,
                "size 1", "at most 0, within the header's peakLiveBytes 9223372036854775807");
    }

    @Test
    void varint_beyond63Bits_isRefused() {
        int offset = SMALL_HEADER_BYTES + 2;
        String expected = "at most 9223372036854775807";
        assertRefused(TraceBytes.header(1, 1, 1, 8).allocate(0, Long.MIN_VALUE), offset,
                "size of more than 9 bytes", expected);
        assertRefused(TraceBytes.header(1, 1, 1, 8).allocate(0, -1), offset, "size of more than 9 bytes", expected);
        int[] endless = new int[64];
        Arrays.fill(endless, 0xFF);
        assertRefused(TraceBytes.header(1, 1, 1, 8).bytes(0, 0).bytes(endless), offset,
                "size of more than 9 bytes", expected);
        assertRefused(TraceBytes.empty().bytes('A', 'T', 'R', 'C', 1).varint(1).varint(-1), 6,
                "events of more than 9 bytes", expected);
    }

    @Test
    void varint_longerThanNeeded_isRefused() {
        int offset = SMALL_HEADER_BYTES + 2;
        assertRefused(TraceBytes.header(1, 1, 1, 8).bytes(0, 0, 0x88, 0), offset,
                "size 8 in 2 bytes", "its shortest encoding");
        assertRefused(TraceBytes.header(1, 1, 1, 8).bytes(0, 0, 0x80, 0x80, 0x00), offset,
                "size 0 in 3 bytes", "its shortest encoding");
    }

    @Test
    void open_hugeClaims_allocateNothing() {
        for (int log2 = 30; log2 <= 62; log2++) {
            long claim = 1L << log2;
            TraceBytes trace = TraceBytes.header(Integer.MAX_VALUE, claim, claim, claim).allocate(0, 8);
            // Room for that many blocks would be 8 GiB at least, and from 2^31 on no array at all.
            assertRefused(trace, trace.size(), "end of trace after 1 events", claim + " events");
        }
    }

    @Test
    void next_earlyEnd_isRefusedAtTheFieldThatIsCut() {
        byte[] whole = TraceBytes.header(1, 1, 1, 1000).allocate(0, 1000).uncompressed();
        int[] fieldStarts = {0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 10, 11, 12, 12};
        assertEquals(whole.length, fieldStarts.length);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = TraceBytes.gzip(Arrays.copyOf(whole, length));
            assertRefusedAtOffset(fieldStarts[length], cut, "end of trace");
        }
    }

    @Test
    void next_anyByteChanged_isRefusedOrAnotherWellFormedTrace() throws IOException {
        byte[] whole = TraceBytes.header(2, 5, 2, 1000)
                .allocate(0, 1000).allocateAligned(1, 0, 6).resize(1, 2, 10).free(0, 1).free(1, 2)
                .uncompressed();
        int accepted = 0;
        for (int at = 0; at < whole.length; at++) {
            for (int change = 1; change < 256; change++) {
                byte[] changed = whole.clone();
                changed[at] ^= (byte) change;
                accepted += isAccepted(changed) ? 1 : 0;
            }
        }
        // Such as another thread index or alignment: only the checksum could tell, and it was computed anew.
        assertTrue(accepted > 0 && accepted < whole.length * 255 / 4, "accepted: " + accepted);
    }

    /** A trace has one encoding, so what is accepted must encode to the same bytes. */
    private static boolean isAccepted(byte[] uncompressed) throws IOException {
        TraceReading reading;
        try {
            reading = TraceReading.of(TraceBytes.gzip(uncompressed));
        } catch (TraceFormatException e) {
            return false;
        }
        List<Event> events = reading.events();
        assertArrayEquals(uncompressed, TraceBytes.of(reading.header(), events).uncompressed());
        return true;
    }
}
