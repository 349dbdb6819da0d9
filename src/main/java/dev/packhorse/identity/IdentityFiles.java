package dev.packhorse.identity;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where identities are written down; {@code null} for what there is none of. In all of them {@code #} begins a line that says
 * nothing.
 *
 * @param users {@code name:hash} in each line, as {@code htpasswd} writes it, with bcrypt, argon2id or sha-crypt; {@code name:*} for
 *     somebody without a password
 * @param groups {@code group: member member}, as Apache has it; a group without members is one that tokens may name
 * @param keys API keys, {@code id hash owner rights exports expiry}
 * @param sshKeys a name, a blank, and an entry of OpenSSH's {@code authorized_keys} without options
 */
public record IdentityFiles(
        @Nullable Path users,
        @Nullable Path groups,
        @Nullable Path keys,
        @Nullable Path sshKeys) {

    /** Nobody is known. */
    public static final IdentityFiles NONE = new IdentityFiles(null, null, null, null);

    /** Those that there are. */
    List<Path> all() {
        return Stream.of(users, groups, keys, sshKeys).filter(Objects::nonNull).toList();
    }
}
