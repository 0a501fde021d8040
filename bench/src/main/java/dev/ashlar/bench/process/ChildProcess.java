package dev.ashlar.bench.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Runs a process to its end. Children die with this JVM, unless it is killed so hard that no shutdown hook runs. */
public final class ChildProcess {
    /** The exit code of a child of ours whose standard error says in one line why it ended early. (1 is the JVM's own.) */
    public static final int EXIT_EXPLAINED = 3;

    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
    }

    private ChildProcess() {}

    /**
     * What a process did.
     *
     * @param exitCode of the process
     * @param out standard output
     * @param err standard error
     */
    public record Output(int exitCode, String out, String err) {
        /** What it has to say for itself: its errors, or else its output. */
        public String said() {
            return err.isBlank() ? out : err;
        }

        /**
         * Standard output of a process that did what it should.
         *
         * @param subject what it measured, for the message
         * @throws ChildFailedException if it did not
         */
        public String outOrFail(String subject) throws ChildFailedException {
            if (exitCode == EXIT_EXPLAINED) {
                throw ChildFailedException.explained(subject, err);
            }
            if (exitCode != 0) {
                throw ChildFailedException.unexpectedEnd(subject, exitCode, said());
            }
            return out;
        }
    }

    /**
     * Runs a command to its end.
     *
     * @param command program and arguments
     * @param environment variables to add
     * @throws IOException if it can't be started or read
     * @throws InterruptedException if the calling thread is interrupted; the child is killed
     */
    public static Output run(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        Process process = start(command, environment);
        try {
            process.getOutputStream().close();
            FutureTask<String> errors = new FutureTask<>(() -> readAll(process.getErrorStream()));
            // A thread of the platform: a read from a pipe holds the carrier of a virtual one, and there are as few carriers as CPUs.
            Thread.ofPlatform().daemon().start(errors);
            String output = readAll(process.getInputStream());
            return new Output(process.waitFor(), output, errors.get());
        } catch (ExecutionException e) {
            throw new IOException(command.getFirst() + ": its standard error can't be read", e);
        } finally {
            end(process);
        }
    }

    static Process start(List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        Process process = builder.start();
        RUNNING.add(process);
        return process;
    }

    static void end(Process process) {
        process.destroyForcibly();
        RUNNING.remove(process);
    }

    static String readAll(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), Charset.defaultCharset());
    }
}
