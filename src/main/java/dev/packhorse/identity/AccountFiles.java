package dev.packhorse.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Changes the files of identities, line by line: what is not changed stays as it was written. Nothing is written that could not be
 * read with the other files. All methods throw {@code IOException} or {@code IllegalArgumentException} with one line for people.
 */
public final class AccountFiles {

    private static final String USERS = "users of Packhorse: name:hash";
    private static final String GROUPS = "groups of Packhorse: group: member member";
    private static final String KEYS = "API keys of Packhorse: id hash owner rights exports expiry";

    private final IdentityFiles files;
    private final InstantSource clock;

    public AccountFiles(IdentityFiles files, InstantSource clock) {
        this.files = files;
        this.clock = clock;
    }

    /**
     * Adds a user.
     *
     * @param password in UTF-8; {@code null} for somebody without one
     */
    public void addUser(String name, byte @Nullable [] password) throws IOException {
        Names.check(name);
        String line = new User(name, password == null ? null : hash(password)).line();
        edit("users", files.users(), USERS, lines -> {
            if (find(lines, user(name)) >= 0) {
                throw new IllegalArgumentException("there is a user " + name + " already");
            }
            lines.add(line);
        });
    }

    /**
     * Gives a user another password.
     *
     * @param password in UTF-8
     */
    public void changePassword(String name, byte[] password) throws IOException {
        String line = new User(name, hash(password)).line();
        edit("users", files.users(), USERS, lines -> lines.set(existing(lines, user(name), "user " + name), line));
    }

    /** Removes a user, from groups too, and with all keys: somebody who gets the name later shall not have them. */
    public void removeUser(String name) throws IOException {
        edit("users", files.users(), USERS, lines -> lines.remove(existing(lines, user(name), "user " + name)));
        editIfThere(files.keys(), KEYS, lines -> lines.removeIf(field(2, name)));
        editIfThere(files.sshKeys(), "", lines -> lines.removeIf(field(0, name)));
        editIfThere(files.groups(), GROUPS, lines -> lines.replaceAll(line -> without(line, Set.of(name))));
    }

    /** Each user with the form of the hash and the groups, sorted. */
    public List<String> users() throws IOException {
        Map<String, User> users = new TreeMap<>(User.read(named("users", files.users()), content(files.users())));
        Map<String, Set<String>> groups = groupsByName();
        List<String> lines = new ArrayList<>();
        users.forEach((name, user) -> {
            Set<String> of = new TreeSet<>();
            groups.forEach((group, members) -> {
                if (members.contains(name)) {
                    of.add(group);
                }
            });
            PasswordHash password = user.password();
            lines.add(
                    name + "\t" + (password == null ? "no password" : password.label()) + "\t" + String.join(" ", of));
        });
        return lines;
    }

    private Map<String, Set<String>> groupsByName() throws IOException {
        Path file = files.groups();
        return file == null ? Map.of() : Groups.read(file, content(file));
    }

    /**
     * Makes an API key.
     *
     * @param owner a user; where there is no users file, any name
     * @param id by which it is listed and removed; {@code null} for a random one
     * @param exports paths; none for all
     * @param expires {@code null} for never
     * @return the key itself, which is written down nowhere
     */
    public String addKey(
            String owner, @Nullable String id, Set<Right> rights, Set<String> exports, @Nullable Instant expires)
            throws IOException {
        Path users = files.users();
        if (users != null && !User.read(users, content(users)).containsKey(owner)) {
            throw new IllegalArgumentException("there is no user " + owner + "; user add " + owner
                    + " --no-password makes one that has keys only");
        }
        if (expires != null && !clock.instant().isBefore(expires)) {
            throw new IllegalArgumentException("it would have expired already");
        }
        Set<String> paths = new LinkedHashSet<>();
        for (String each : exports) {
            paths.add(ApiKey.export(each));
        }
        ApiKey.Made made = ApiKey.make(
                id == null ? ApiKey.randomId() : id, Names.check(owner), ApiKey.scope(rights, paths), expires);
        String name = made.key().id();
        edit("keys", files.keys(), KEYS, lines -> {
            if (find(lines, field(0, name)) >= 0) {
                throw new IllegalArgumentException("there is a key " + name + " already");
            }
            lines.add(made.key().line());
        });
        return made.text();
    }

    /** Each key with owner, rights, exports and expiry, in the order of the file. */
    public List<String> keys() throws IOException {
        Instant now = clock.instant();
        return ApiKey.read(named("keys", files.keys()), content(files.keys())).values().stream()
                .map(key ->
                        String.join("\t", key.id(), key.owner(), key.rightsText(), key.exportsText(), key.expiryText())
                                + (key.expired(now) ? "\texpired" : ""))
                .toList();
    }

    /** Removes a key. */
    public void removeKey(String id) throws IOException {
        edit("keys", files.keys(), KEYS, lines -> lines.remove(existing(lines, field(0, id), "key " + id)));
    }

    /** Each group with its members, sorted. */
    public List<String> groups() throws IOException {
        Path file = named("groups", files.groups());
        List<String> lines = new ArrayList<>();
        new TreeMap<>(Groups.read(file, content(file)))
                .forEach((group, members) -> lines.add(Groups.line(group, new TreeSet<>(members))));
        return lines;
    }

    /** Adds members to a group, which is made if there is none; without members only that. */
    public void addToGroup(String group, Set<String> members) throws IOException {
        Names.check(group);
        Path users = files.users();
        Set<String> known =
                users == null ? members : User.read(users, content(users)).keySet();
        for (String member : members) {
            if (!known.contains(Names.check(member))) {
                throw new IllegalArgumentException("there is no user " + member);
            }
        }
        edit("groups", files.groups(), GROUPS, lines -> {
            int at = find(lines, group(group));
            Set<String> all = at < 0 ? new LinkedHashSet<>() : members(lines.get(at));
            all.addAll(members);
            if (at < 0) {
                lines.add(Groups.line(group, all));
            } else {
                lines.set(at, Groups.line(group, all));
            }
        });
    }

    /** Removes members from a group; without members the group. */
    public void removeFromGroup(String group, Set<String> members) throws IOException {
        edit("groups", files.groups(), GROUPS, lines -> {
            existing(lines, group(group), "group " + group);
            if (members.isEmpty()) {
                lines.removeIf(group(group));
            } else {
                lines.replaceAll(line -> group(group).test(line) ? without(line, members) : line);
            }
        });
    }

    private static PasswordHash hash(byte[] password) {
        if (password.length == 0 || password.length > PasswordHash.MAX_PASSWORD) {
            throw new IllegalArgumentException("a password has 1 to " + PasswordHash.MAX_PASSWORD + " bytes");
        }
        return Argon2id.of(password);
    }

    private static Predicate<String> user(String name) {
        return line -> Lines.says(line) && line.strip().startsWith(name + ":");
    }

    private static Predicate<String> group(String name) {
        return line -> Lines.says(line)
                && line.indexOf(':') > 0
                && line.substring(0, line.indexOf(':')).strip().equals(name);
    }

    private static Predicate<String> field(int number, String value) {
        return line -> {
            String[] fields = line.strip().split("[ \t]+", -1);
            return Lines.says(line) && fields.length > number && fields[number].equals(value);
        };
    }

    private static Set<String> members(String line) {
        Set<String> members = new LinkedHashSet<>();
        for (String each : line.substring(line.indexOf(':') + 1).strip().split("[ \t]+", -1)) {
            if (!each.isEmpty()) {
                members.add(each);
            }
        }
        return members;
    }

    /** The line of a group without some members; any other line as it is. */
    private static String without(String line, Set<String> names) {
        if (!Lines.says(line) || line.indexOf(':') < 0) {
            return line;
        }
        Set<String> members = members(line);
        return members.removeAll(names)
                ? Groups.line(line.substring(0, line.indexOf(':')).strip(), members)
                : line;
    }

    private static int find(List<String> lines, Predicate<String> wanted) {
        for (int i = 0; i < lines.size(); i++) {
            if (wanted.test(lines.get(i))) {
                return i;
            }
        }
        return -1;
    }

    private static int existing(List<String> lines, Predicate<String> wanted, String what) {
        int at = find(lines, wanted);
        if (at < 0) {
            throw new IllegalArgumentException("there is no " + what);
        }
        return at;
    }

    private void edit(String key, @Nullable Path file, String title, EditedFile.Edit edit) throws IOException {
        Path named = named(key, file);
        EditedFile.edit(named, title, edit, content -> check(named, content));
    }

    private void editIfThere(@Nullable Path file, String title, EditedFile.Edit edit) throws IOException {
        if (file != null && Files.exists(file)) {
            EditedFile.edit(file, title, edit, content -> check(file, content));
        }
    }

    private void check(Path changed, byte[] content) throws IOException {
        Map<Path, byte[]> contents = new HashMap<>();
        for (Path each : files.all()) {
            contents.put(each, each.equals(changed) ? content : content(each));
        }
        Snapshot.parse(files, contents);
    }

    private static Path named(String key, @Nullable Path file) {
        if (file == null) {
            throw new IllegalArgumentException(
                    "no file of " + key + ": packhorse.identity." + key + " is not set, and there is no --file");
        }
        return file;
    }

    /** What is not there yet is empty. */
    private static byte[] content(@Nullable Path file) throws IOException {
        return file == null || !Files.exists(file) ? new byte[0] : Identities.content(file);
    }
}
