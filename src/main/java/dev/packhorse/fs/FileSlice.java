package dev.packhorse.fs;

import java.nio.channels.FileChannel;

/**
 * A piece of an open local file. It does not own the channel.
 *
 * @param channel open for reading; its own position is neither used nor moved
 * @param range which bytes
 */
public record FileSlice(FileChannel channel, ByteRange range) {}
