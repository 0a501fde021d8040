/**
 * Says in words what ails a pool: a pure function from figures, of this process or of another, to findings. See {@code docs/doctor.md}.
 *
 * <p>Uses {@code dev.ashlar}, {@code arenas}, {@code text}, and of {@code sites} the value {@link dev.ashlar.sites.Site} alone. All values are immutable.
 */
@NullMarked
package dev.ashlar.doctor;

import org.jspecify.annotations.NullMarked;
