package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.FsPath;
import org.jspecify.annotations.Nullable;

/**
 * Where a store is.
 *
 * @param host name or address
 * @param port of control connections
 * @param root the directory that is the root of the store
 * @param options how to log in
 * @param trust whom to believe; {@code null} without TLS
 */
record Server(
        String host,
        int port,
        FsPath root,
        FtpOptions options,
        @Nullable Trust trust) {}
