package dev.packhorse.identity;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where identities are written down; {@code null} for what there is none of.
 *
 * @param users htpasswd, {@code name:hash}
 * @param groups htgroup, {@code group: member member}
 * @param keys API keys
 * @param sshKeys authorized SSH keys
 */
public record IdentityFiles(
        @Nullable Path users, @Nullable Path groups, @Nullable Path keys, @Nullable Path sshKeys) {}
