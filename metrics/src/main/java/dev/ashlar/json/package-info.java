/** Records as JSON, the same everywhere: what the command line prints, what goes over a socket, what the live page draws. Uses Jackson alone. */
@NullMarked
package dev.ashlar.json;

import org.jspecify.annotations.NullMarked;
