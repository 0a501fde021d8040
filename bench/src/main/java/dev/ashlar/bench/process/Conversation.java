package dev.ashlar.bench.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A process that answers each line with a line. It ends when its standard input does. One owner. */
public final class Conversation implements AutoCloseable {
    private final String subject;
    private final Process process;
    private final Writer toProcess;
    private final BufferedReader fromProcess;
    private final FutureTask<String> errors;

    private Conversation(String subject, Process process) {
        this.subject = subject;
        this.process = process;
        this.toProcess = process.outputWriter();
        this.fromProcess =
                new BufferedReader(new InputStreamReader(process.getInputStream(), Charset.defaultCharset()));
        InputStream errorStream = process.getErrorStream();
        this.errors = new FutureTask<>(() -> ChildProcess.readAll(errorStream));
        // A thread of the platform: a read from a pipe holds the carrier of a virtual one, and there are as few carriers as CPUs.
        Thread.ofPlatform().daemon().start(errors);
    }

    /**
     * Starts a process.
     *
     * @param subject what it measures, for messages
     * @param command program and arguments
     * @throws IOException if it can't be started
     */
    public static Conversation open(String subject, List<String> command) throws IOException {
        return new Conversation(subject, ChildProcess.start(command, Map.of()));
    }

    /**
     * Says a line and waits for the answer.
     *
     * @param line without a line break
     * @throws ChildFailedException if the process has ended
     * @throws InterruptedException if the calling thread is interrupted while it waits for a process that ends
     */
    public String ask(String line) throws IOException, InterruptedException {
        try {
            toProcess.write(line + "\n");
            toProcess.flush();
            String answer = fromProcess.readLine();
            if (answer != null) {
                return answer;
            }
        } catch (UncheckedIOException | IOException e) {
            // A pipe that broke: why it did is in what the process said, below.
            process.getInputStream().close();
        }
        int exitCode = process.waitFor();
        String said;
        try {
            said = errors.get();
        } catch (ExecutionException e) {
            throw new IOException(subject + ": its standard error can't be read", e);
        }
        throw exitCode == ChildProcess.EXIT_EXPLAINED
                ? ChildFailedException.explained(subject, said)
                : ChildFailedException.unexpectedEnd(subject, exitCode, said);
    }

    @Override
    public void close() {
        ChildProcess.end(process);
    }
}
