package dev.ashlar.trace;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.ashlar.trace.TraceReading.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Damage of the gzip layer around a trace that is itself well-formed. */
class GzipDamageTest {
    private static final TraceBytes TRACE = TraceBytes.header(2, 5, 2, 1000)
            .allocate(0, 1000).allocateAligned(1, 0, 6).resize(1, 2, 10).free(0, 1).free(1, 2);
    private static final byte[] CONTENT = TRACE.uncompressed();
    private static final byte[] FILE = TRACE.compressed();

    private static final int HEADER_BYTES = 10;
    private static final int LAST_DEFLATE_BYTE = FILE.length - 9;
    private static final int FLAGS = 3;
    private static final int FLAG_TEXT = 1;
    private static final int FLAG_HEADER_CRC = 2;
    private static final int FLAG_EXTRA = 4;
    private static final int FLAG_NAME = 8;
    private static final int FLAG_COMMENT = 16;

    @Test
    void read_notGzip_isRefusedAtOffset0() {
        assertRefused(CONTENT, 0, "byte 0x41", "gzip magic 0x1f 0x8b");
        assertRefused(new byte[] {0x1F, 0x41}, 0, "byte 0x41", "gzip magic 0x1f 0x8b");
        assertRefused(changed(2, 9), 0, "gzip method 0x09", "0x08, deflate");
        assertRefused(changed(FLAGS, 0x80), 0, "gzip flags 0x80", "no reserved flag");
    }

    @Test
    void read_emptyFile_isRefused() {
        TraceFormatException refusal = assertRefused(new byte[0], 0, "end of file", "gzip header");
        assertInstanceOf(EOFException.class, refusal.getCause());
    }

    @Test
    void read_badDeflateData_keepsTheCause() {
        // 0x07: the last block, of the reserved type 3.
        TraceFormatException refusal = assertRefused(changed(HEADER_BYTES, 0x07), 0,
                "bad deflate data: invalid block type", "deflate data (RFC 1951)");
        assertInstanceOf(DataFormatException.class, refusal.getCause());
    }

    @Test
    void read_wrongChecksum_isRefusedAtTheEnd() {
        byte[] damaged = FILE.clone();
        damaged[FILE.length - 8] ^= 1;
        long right = crc(CONTENT);
        assertRefused(damaged, CONTENT.length,
                "gzip CRC-32 0x" + Long.toHexString(right ^ 1), "0x" + Long.toHexString(right));
    }

    @Test
    void read_wrongLength_isRefusedAtTheEnd() {
        assertEquals(0x1C, CONTENT.length);
        byte[] damaged = FILE.clone();
        damaged[FILE.length - 1] = 1;
        assertRefused(damaged, CONTENT.length, "gzip length 0x100001c", "0x1c");
    }

    @Test
    void read_cutAnywhere_isRefused() {
        for (int length = 0; length < FILE.length; length++) {
            TraceFormatException refusal = assertRefused(Arrays.copyOf(FILE, length));
            assertEquals("end of file", refusal.found());
            assertInstanceOf(EOFException.class, refusal.getCause());
            long offset = refusal.offset();
            if (length <= HEADER_BYTES) {
                assertEquals(0, offset);
                assertEquals(length < HEADER_BYTES ? "gzip header" : "more deflate data", refusal.expected());
            } else if (length >= FILE.length - 8) {
                assertEquals(CONTENT.length, offset);
                assertEquals("gzip trailer", refusal.expected());
            } else {
                assertTrue(offset >= 0 && offset <= CONTENT.length, refusal::getMessage);
                assertEquals("more deflate data", refusal.expected());
            }
        }
    }

    @Test
    void read_anyByteChanged_isRefusedOrTheSameTrace() throws IOException {
        TraceReading original = TraceReading.of(FILE);
        for (int at = 0; at < FILE.length; at++) {
            for (int change = 1; change < 256; change++) {
                byte[] damaged = FILE.clone();
                damaged[at] ^= (byte) change;
                if (isHint(at, change)) {
                    assertEquals(original, TraceReading.of(damaged), "byte " + at + " ^ " + change);
                } else if (at == LAST_DEFLATE_BYTE) {
                    assertRefusedOrSame(original, damaged);
                } else {
                    assertRefused(damaged);
                }
            }
        }
    }

    /**
     * What no checksum covers, and no trace depends on: time stamp, extra flags, operating system, and the hint that the
     * content is text.
     */
    private static boolean isHint(int at, int change) {
        return (at >= 4 && at < HEADER_BYTES) || (at == FLAGS && change == FLAG_TEXT);
    }

    /** Deflate data ends at any bit of its last byte; the bits after that have no meaning. */
    private static void assertRefusedOrSame(TraceReading original, byte[] damaged) throws IOException {
        TraceReading reading;
        try {
            reading = TraceReading.of(damaged);
        } catch (TraceFormatException refusal) {
            return;
        }
        assertEquals(original, reading);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x41, 0x1F})
    void read_byteAfterTheMember_isRefused(int trailing) {
        byte[] longer = concatenation(FILE, new byte[] {(byte) trailing});
        String hex = HexFormat.of().toHexDigits((byte) trailing);
        assertRefused(longer, CONTENT.length, "byte 0x" + hex + " after the gzip member", "end of file");
    }

    @Test
    void read_secondMember_isRefused() {
        String found = "byte 0x1f after the gzip member";
        assertRefused(concatenation(FILE, FILE), CONTENT.length, found, "end of file");
        // One trace cut into two members: gunzip would join them.
        byte[] head = TraceBytes.gzip(Arrays.copyOf(CONTENT, 12));
        byte[] tail = TraceBytes.gzip(Arrays.copyOfRange(CONTENT, 12, CONTENT.length));
        assertRefused(concatenation(head, tail), 12, found, "end of file");
    }

    @Test
    void read_trailingContentInsideTheMember_isRefused() {
        byte[] longer = TraceBytes.gzip(concatenation(CONTENT, new byte[] {0}));
        assertRefused(longer, CONTENT.length, "byte 0", "end of trace after 5 events");
    }

    @Test
    void read_optionalHeaderFields_areSkipped() throws IOException {
        byte[] fields = {3, 0, 'x', 'y', 'z', 'n', 'a', 'm', 'e', 0, 'c', 0};
        byte[] file = withHeaderFields(FLAG_EXTRA | FLAG_NAME | FLAG_COMMENT, fields);
        assertEquals(TraceReading.of(FILE), TraceReading.of(file));
    }

    @Test
    void read_headerChecksum_isChecked() throws IOException {
        byte[] head = Arrays.copyOf(changed(FLAGS, FLAG_HEADER_CRC), HEADER_BYTES);
        int crc = (int) crc(head) & 0xFFFF;
        byte[] right = {(byte) crc, (byte) (crc >>> 8)};
        assertEquals(TraceReading.of(FILE), TraceReading.of(withHeaderFields(FLAG_HEADER_CRC, right)));
        byte[] wrong = {(byte) (crc ^ 1), (byte) (crc >>> 8)};
        assertRefused(withHeaderFields(FLAG_HEADER_CRC, wrong), 0,
                "gzip header CRC-16 0x" + Integer.toHexString(crc ^ 1), "0x" + Integer.toHexString(crc));
    }

    @Test
    void read_nameWithoutEnd_isRefused() {
        byte[] file = withHeaderFields(FLAG_NAME, new byte[0]);
        byte[] cut = Arrays.copyOf(file, HEADER_BYTES);
        Arrays.fill(file, HEADER_BYTES, file.length, (byte) 'n');
        assertRefused(file, 0, "end of file", "gzip header");
        assertRefused(cut, 0, "end of file", "gzip header");
    }

    private static byte[] withHeaderFields(int flags, byte[] fields) {
        byte[] head = Arrays.copyOf(changed(FLAGS, flags), HEADER_BYTES);
        return concatenation(head, fields, Arrays.copyOfRange(FILE, HEADER_BYTES, FILE.length));
    }

    private static byte[] changed(int at, int value) {
        byte[] copy = FILE.clone();
        copy[at] = (byte) value;
        return copy;
    }

    private static byte[] concatenation(byte[]... parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }

    private static long crc(byte[] content) {
        CRC32 crc = new CRC32();
        crc.update(content);
        return crc.getValue();
    }
}
