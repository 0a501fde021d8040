package dev.ashlar.bench.spill;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code dd}: the yardstick. Zeros to a new file, which is deleted, timed by dd itself. */
final class DiskCopy {
    private static final Pattern SECONDS = Pattern.compile("copied, ([0-9.e+-]+) s");

    private DiskCopy() {}

    /**
     * Seconds that it took.
     *
     * @param sync whether each block has reached the device before the next is written; else all of them at the end
     * @throws IOException if dd can't be run, or fails
     */
    static double run(Path directory, long blockBytes, long blocks, boolean sync) throws IOException {
        Path file = Files.createTempFile(directory, "ashlar-dd-", ".out");
        Files.delete(file);
        try {
            ProcessBuilder builder = new ProcessBuilder(List.of(
                    "dd", "if=/dev/zero", "of=" + file, "bs=" + blockBytes, "count=" + blocks,
                    sync ? "oflag=dsync" : "conv=fdatasync"));
            builder.environment().put("LC_ALL", "C");
            Process process = builder.redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = waitFor(process);
            Matcher seconds = SECONDS.matcher(said);
            if (status != 0 || !seconds.find()) {
                throw new IOException(
                        "dd: exit code " + status + ", '" + said.strip() + "' (expected: 0, and a line with seconds)");
            }
            return Double.parseDouble(seconds.group(1));
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static int waitFor(Process process) throws IOException {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroy();
            throw new IOException("interrupted while dd was running", e);
        }
    }
}
