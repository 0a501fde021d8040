/** What tests of several modules share. In a package that no module has, so that it can stand beside each of them. */
@NullMarked
package dev.ashlar.testing;

import org.jspecify.annotations.NullMarked;
