/**
 * Wiring: what Quarkus starts, and the only package that sees all others.
 *
 * <p>{@link dev.packhorse.gateway.PackhorseMain} runs the application; {@link dev.packhorse.gateway.Gateway} owns what
 * lives as long as it does (workers, listener, stores) and hands the components to Camel;
 * {@link dev.packhorse.gateway.Exports} finds the front and the export of a request, and
 * {@link dev.packhorse.gateway.ReplayDevice} has those that speak {@code replay}. Configuration is
 * {@link dev.packhorse.gateway.PackhorseConfig}.
 */
@NullMarked
package dev.packhorse.gateway;

import org.jspecify.annotations.NullMarked;
