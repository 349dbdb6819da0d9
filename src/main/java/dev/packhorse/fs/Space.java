package dev.packhorse.fs;

/**
 * Room of a store, in bytes.
 *
 * @param total all of it
 * @param free what the gateway may still use
 */
public record Space(long total, long free) {}
