package dev.ashlar.bench.space;

/** A script that can't be replayed, or a replay in which the space went wrong. The message is for the user, and names the line. */
public final class ScriptException extends Exception {
    private static final long serialVersionUID = 1L;

    ScriptException(String message) {
        super(message);
    }

    ScriptException(int line, String message) {
        super("line " + line + ": " + message);
    }

    ScriptException(int line, String message, Throwable cause) {
        super("line " + line + ": " + message, cause);
    }
}
