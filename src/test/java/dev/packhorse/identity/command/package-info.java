@NullMarked
package dev.packhorse.identity.command;

import org.jspecify.annotations.NullMarked;
