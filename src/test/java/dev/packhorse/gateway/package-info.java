/** Tests of the wiring, of what the operator sees, and of what the README says. */
@NullMarked
package dev.packhorse.gateway;

import org.jspecify.annotations.NullMarked;
