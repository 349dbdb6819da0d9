package dev.packhorse.identity;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the files of identities said when they were read together; it does not change.
 *
 * <p>Where there is a users file, only who is in it is somebody: a key of a user who was removed is nobody's. Without one the owners
 * of keys are names that stand for themselves.
 */
final class Snapshot {

    /** Nobody is known. */
    static final Snapshot EMPTY = new Snapshot(null, Map.of(), Map.of(), Map.of());

    private final @Nullable Map<String, User> users;
    private final Map<String, Set<String>> groups;
    private final Map<String, ApiKey> keys;
    private final Map<String, String> sshKeys;
    private final Set<String> names;
    private final Map<String, Set<String>> groupsOf = new HashMap<>();
    private final @Nullable PasswordHash decoy;

    private Snapshot(
            @Nullable Map<String, User> users,
            Map<String, Set<String>> groups,
            Map<String, ApiKey> keys,
            Map<String, String> sshKeys) {
        this.users = users;
        this.groups = groups;
        this.keys = keys;
        this.sshKeys = sshKeys;
        names = users != null ? users.keySet() : owners(keys, sshKeys);
        groups.forEach((group, members) -> members.forEach(member ->
                groupsOf.computeIfAbsent(member, none -> new HashSet<>()).add(group)));
        decoy = users == null ? null : mostCommon(users);
    }

    private static Set<String> owners(Map<String, ApiKey> keys, Map<String, String> sshKeys) {
        Set<String> owners = new HashSet<>(sshKeys.values());
        keys.values().forEach(key -> owners.add(key.owner()));
        return owners;
    }

    /** A hash of the kind that most users have. */
    private static @Nullable PasswordHash mostCommon(Map<String, User> users) {
        Map<String, Long> counts =
                hashes(users).collect(Collectors.groupingBy(PasswordHash::label, Collectors.counting()));
        return hashes(users)
                .max((one, other) ->
                        Long.compare(counts.getOrDefault(one.label(), 0L), counts.getOrDefault(other.label(), 0L)))
                .orElse(null);
    }

    private static Stream<PasswordHash> hashes(Map<String, User> users) {
        return users.values().stream().flatMap(user -> Stream.ofNullable(user.password()));
    }

    /**
     * Makes one of the contents of files.
     *
     * @param contents each file's, by its path
     * @throws IOException with one line: file, line number and what is wrong
     */
    static Snapshot parse(IdentityFiles files, Map<Path, byte[]> contents) throws IOException {
        Map<String, User> users = read(files.users(), contents, User::read);
        Map<String, Set<String>> groups = read(files.groups(), contents, Groups::read);
        Map<String, ApiKey> keys = read(files.keys(), contents, ApiKey::read);
        Map<String, String> sshKeys = read(files.sshKeys(), contents, SshKeys::read);
        Snapshot snapshot = new Snapshot(
                users,
                groups == null ? Map.of() : groups,
                keys == null ? Map.of() : keys,
                sshKeys == null ? Map.of() : sshKeys);
        for (String group : snapshot.groups.keySet()) {
            if (snapshot.names.contains(group)) {
                throw new IOException("groups file " + files.groups() + ": " + group
                        + " is a user too, and a rule could not say which it means");
            }
        }
        return snapshot;
    }

    private interface Reader<T> {
        T read(Path file, byte[] content) throws IOException;
    }

    private static <T> @Nullable T read(@Nullable Path file, Map<Path, byte[]> contents, Reader<T> reader)
            throws IOException {
        byte[] content = file == null ? null : contents.get(file);
        return file == null || content == null ? null : reader.read(file, content);
    }

    /** Who may show a password; {@code null} for nobody of that name. */
    @Nullable
    User user(String name) {
        return users == null ? null : users.get(name);
    }

    /** What is computed for a user that is not there, so that it takes as long; {@code null} if nobody has a password. */
    @Nullable
    PasswordHash decoy() {
        return decoy;
    }

    Map<String, ApiKey> keys() {
        return keys;
    }

    /** Whether somebody is called so. */
    boolean isUser(String name) {
        return names.contains(name);
    }

    boolean isGroup(String name) {
        return groups.containsKey(name);
    }

    /** Whose SSH key has a fingerprint; {@code null} if it is nobody's who is a user. */
    @Nullable
    String sshUser(String fingerprint) {
        String user = sshKeys.get(fingerprint);
        return user != null && isUser(user) ? user : null;
    }

    /** A user who has shown who it is. */
    Caller caller(String name, InetAddress address, Caller.@Nullable Scope scope) {
        return new Caller(name, groupsOf.getOrDefault(name, Set.of()), address, scope);
    }

    /** What lets nobody in because its owner is no user, in words. */
    List<String> orphans() {
        List<String> orphans = new ArrayList<>();
        for (ApiKey key : keys.values()) {
            if (!isUser(key.owner())) {
                orphans.add(key.toString());
            }
        }
        for (String user : new TreeSet<>(sshKeys.values())) {
            if (!isUser(user)) {
                orphans.add("SSH key of " + user);
            }
        }
        return orphans;
    }

    /** How much there is of what. */
    @Override
    public String toString() {
        return names.size() + " users, " + groups.size() + " groups, " + keys.size() + " keys, " + sshKeys.size()
                + " SSH keys";
    }
}
