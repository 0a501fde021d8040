package dev.ashlar.sites;

import java.io.IOException;

/** A file is no recording of Flight Recorder that can be read to its end, or has no samples of a pool. */
public final class SitesException extends IOException {
    private static final long serialVersionUID = 1;

    SitesException(String message, Throwable cause) {
        super(message, cause);
    }

    SitesException(String message) {
        super(message);
    }
}
