package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.function.BooleanSupplier;

import dev.ashlar.attach.AttachException;
import dev.ashlar.bench.replay.ReplayException;
import dev.ashlar.bench.space.ScriptException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into one message on standard error and an exit code. */
final class Errors implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private final BooleanSupplier withStackTrace;

    Errors(BooleanSupplier withStackTrace) {
        this.withStackTrace = withStackTrace;
    }

    /** The command line is wrong; its message says what was expected. */
    @Override
    public int handleParseException(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        List<String> suggestions =
                e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        // The likeliest comes first; the others have little in common with what was typed.
        String meant = suggestions.isEmpty() ? "" : " (did you mean " + suggestions.getFirst() + "?)";
        print(command, e, name + ": " + e.getMessage() + meant + "; see ./" + name + " --help");
        return ExitCodes.USAGE;
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
        String name = command.getCommandSpec().qualifiedName();
        if (e instanceof AttachException attach) {
            print(command, e, name + ": " + e.getMessage());
            return ExitCodes.of(attach);
        }
        if (e instanceof ReplayException || e instanceof ScriptException || e instanceof IOException) {
            print(command, e, name + ": " + describe(e));
        } else if (e instanceof InterruptedException) {
            print(command, e, name + ": interrupted");
        } else {
            print(command, e, name + ": unexpected " + e + " (a defect; --stacktrace shows where)");
        }
        return ExitCodes.FAILED;
    }

    /** The file system's exceptions say no more than a path; their class says what is the matter. */
    private static String describe(Exception e) {
        return e instanceof FileSystemException file && file.getReason() == null
                ? file.getClass().getSimpleName() + ": " + file.getMessage()
                : String.valueOf(e.getMessage());
    }

    private void print(CommandLine command, Exception e, String message) {
        PrintWriter err = command.getErr();
        err.println(command.getColorScheme().errorText(message));
        if (withStackTrace.getAsBoolean()) {
            e.printStackTrace(err);
        }
        err.flush();
    }
}
