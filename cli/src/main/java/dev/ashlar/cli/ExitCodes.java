package dev.ashlar.cli;

import dev.ashlar.attach.AttachException;

/** Exit codes of the commands that attach to a process, and what their help says about them. */
final class ExitCodes {
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int NO_POOL = 4;
    static final int OTHER_USER = 5;
    static final int ENDED = 6;
    static final int INCOMPATIBLE = 7;

    static final String DONE_TEXT = "0:done";
    static final String FAILED_TEXT =
            "1:the process refused or failed at it, or does not answer; or a file can't be written";
    static final String USAGE_TEXT =
            "2:wrong usage; also if the process has several pools and --pool does not say which";
    static final String NO_POOL_TEXT = "4:no such process, no attachable pool in it, or none of this name";
    static final String NO_SPACE_TEXT =
            "4:no such process, it has neither a pool nor a published space, or none of this name";
    static final String SPACE_USAGE_TEXT = "2:wrong usage; also if the process has several spaces of this name";
    static final String OTHER_USER_TEXT = "5:the process belongs to another user";
    static final String ENDED_TEXT = "6:the process ended before it had answered";
    static final String INCOMPATIBLE_TEXT =
            "7:the process has another version of Ashlar, and the two do not understand each other";

    private ExitCodes() {}

    static int of(AttachException e) {
        return switch (e.reason()) {
            case NO_SUCH_PROCESS, NO_POOL -> NO_POOL;
            case WHICH_POOL -> USAGE;
            case OTHER_USER -> OTHER_USER;
            case ENDED -> ENDED;
            case INCOMPATIBLE -> INCOMPATIBLE;
            case NO_ANSWER, REFUSED -> FAILED;
        };
    }
}
