package dev.packhorse.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccountFilesTest {

    private static final String ED25519 =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsABgH5C9okWi0dh2l9GKJl";

    @TempDir
    Path folder;

    private final StillTime time = new StillTime();
    private Path users;
    private Path groups;
    private Path keys;
    private Path sshKeys;
    private AccountFiles files;

    @BeforeEach
    void name() {
        users = folder.resolve("users");
        groups = folder.resolve("groups");
        keys = folder.resolve("keys");
        sshKeys = folder.resolve("ssh-keys");
        files = new AccountFiles(new IdentityFiles(users, groups, keys, sshKeys), time);
    }

    private Snapshot read() throws IOException {
        for (Path each : List.of(users, groups, keys, sshKeys)) {
            if (!Files.exists(each)) {
                Files.createFile(each);
            }
        }
        try (Identities identities = new Identities(new IdentityFiles(users, groups, keys, sshKeys), time)) {
            identities.loadOnce();
            return identities.current();
        }
    }

    private PasswordHash hashOf(String name) throws IOException {
        return Objects.requireNonNull(Objects.requireNonNull(read().user(name)).password());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private List<String> namesIn(Path place) throws IOException {
        try (Stream<Path> all = Files.list(place)) {
            return all.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aUserIsAddedChangedListedAndRemoved() throws Exception {
        // Given
        files.addUser("joe", bytes("sesame"));
        files.addUser("bot", null);
        assertThat(files.users()).containsExactly("bot\tno password\t", "joe\targon2id m=19456,t=2,p=1\t");
        PasswordHash before = hashOf("joe");
        // When
        files.changePassword("joe", bytes("other"));
        // Then
        PasswordHash after = hashOf("joe");
        assertThat(before.matches(bytes("sesame"))).isTrue();
        assertThat(after.matches(bytes("sesame"))).isFalse();
        assertThat(after.matches(bytes("other"))).isTrue();
        files.removeUser("joe");
        assertThat(read().isUser("joe")).isFalse();
        assertThat(read().isUser("bot")).isTrue();
    }

    @Test
    void whatIsNotChangedStaysAsItWasWritten() throws Exception {
        // Given
        Files.writeString(users, "# ours\n\n  ann:*\nbob:*\n#joe:*\n");
        // When
        files.addUser("joe", null);
        files.removeUser("bob");
        // Then
        assertThat(Files.readString(users)).isEqualTo("# ours\n\n  ann:*\n#joe:*\njoe:*\n");
    }

    @Test
    void aUserIsAddedOnceAndChangedIfThere() throws Exception {
        // Given
        files.addUser("joe", null);
        // Then
        assertThatIllegalArgumentException()
                .isThrownBy(() -> files.addUser("joe", null))
                .withMessage("there is a user joe already");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> files.changePassword("jo", bytes("x")))
                .withMessage("there is no user jo");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> files.removeUser("jo"))
                .withMessage("there is no user jo");
    }

    @Test
    void namesAndPasswordsThatCannotBeAreRefused() {
        for (String name : List.of("", "a:b", "a b", "@a", "anyone", "a\nb")) {
            assertThatIllegalArgumentException().isThrownBy(() -> files.addUser(name, null));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> files.addUser("joe", new byte[0]));
        assertThatIllegalArgumentException().isThrownBy(() -> files.addUser("joe", new byte[513]));
        assertThat(users).doesNotExist();
    }

    @Test
    void aRemovedUserLeavesNothingForWhoGetsTheNameLater() throws Exception {
        // Given
        files.addUser("joe", null);
        files.addUser("ann", null);
        files.addToGroup("family", Set.of("joe", "ann"));
        files.addKey("joe", "k1", Right.ALL, Set.of(), null);
        files.addKey("ann", "joe", Right.ALL, Set.of(), null);
        Files.writeString(sshKeys, "joe " + ED25519 + "\n");
        // When
        files.removeUser("joe");
        // Then
        Snapshot known = read();
        assertThat(known.orphans()).isEmpty();
        assertThat(known.keys()).containsOnlyKeys("joe");
        assertThat(files.groups()).containsExactly("family: ann");
        assertThat(Files.readString(sshKeys)).doesNotContain("joe");
    }

    @Test
    void aKeyIsShownOnceAndItsHashIsWritten() throws Exception {
        // Given
        files.addUser("joe", null);
        // When
        String key = files.addKey(
                "joe",
                "k1",
                Right.parse("r"),
                Set.of("/photos/"),
                time.instant().plus(Duration.ofDays(30)));
        // Then
        assertThat(key).matches("ph_k1_[A-Za-z0-9_-]{43}");
        assertThat(Files.readString(keys)).doesNotContain(key.substring(6));
        ApiKey found = Objects.requireNonNull(ApiKey.find(read().keys(), key));
        assertThat(found.scope()).isEqualTo(new Caller.Scope(Right.parse("r"), Set.of("/photos")));
        assertThat(files.keys()).containsExactly("k1\tjoe\tr\t/photos\t2026-05-31T12:00:00Z");
        time.pass(Duration.ofDays(30));
        assertThat(files.keys()).containsExactly("k1\tjoe\tr\t/photos\t2026-05-31T12:00:00Z\texpired");
        files.removeKey("k1");
        assertThat(read().keys()).isEmpty();
    }

    @Test
    void everyScopeIsWrittenAsItIsRead() throws Exception {
        // Given
        files.addUser("joe", null);
        List<String> scopes = List.of("none", "r", "w", "rw", "read", "read+delete", "list+write+metadata");
        for (int i = 0; i < scopes.size(); i++) {
            // When
            files.addKey("joe", "k" + i, Right.parse(scopes.get(i)), Set.of(), null);
            // Then
            ApiKey key = Objects.requireNonNull(read().keys().get("k" + i));
            assertThat(key.scope() == null ? Right.ALL : key.scope().rights()).isEqualTo(Right.parse(scopes.get(i)));
        }
    }

    @Test
    void aKeyThatCannotBeIsRefused() throws Exception {
        // Given
        files.addUser("joe", null);
        files.addKey("joe", "k1", Right.ALL, Set.of(), null);
        // Then
        assertThatIllegalArgumentException()
                .isThrownBy(() -> files.addKey("joe", "k1", Right.ALL, Set.of(), null))
                .withMessage("there is a key k1 already");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> files.addKey("bob", null, Right.ALL, Set.of(), null))
                .withMessageStartingWith("there is no user bob; ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> files.addKey("joe", null, Right.ALL, Set.of("photos"), null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> files.addKey("joe", null, Right.ALL, Set.of("/a b"), null));
        assertThatIllegalArgumentException().isThrownBy(() -> files.addKey("joe", "K_1", Right.ALL, Set.of(), null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> files.addKey("joe", null, Right.ALL, Set.of(), time.instant()))
                .withMessage("it would have expired already");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> files.removeKey("k2"))
                .withMessage("there is no key k2");
        assertThat(files.keys()).hasSize(1);
    }

    @Test
    void groupsGainAndLoseMembers() throws Exception {
        // Given
        for (String user : List.of("joe", "ann", "bob")) {
            files.addUser(user, null);
        }
        Files.writeString(groups, "family: joe\nfamily: ann\n");
        // When
        files.addToGroup("family", Set.of("bob"));
        files.addToGroup("guests", Set.of());
        // Then
        assertThat(files.groups()).containsExactly("family: ann bob joe", "guests:");
        files.removeFromGroup("family", Set.of("ann", "joe"));
        assertThat(files.groups()).containsExactly("family: bob", "guests:");
        files.removeFromGroup("family", Set.of());
        assertThat(files.groups()).containsExactly("guests:");
        assertThatIllegalArgumentException().isThrownBy(() -> files.removeFromGroup("family", Set.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> files.addToGroup("guests", Set.of("eva")))
                .withMessage("there is no user eva");
        assertThatIOException()
                .isThrownBy(() -> files.addToGroup("joe", Set.of()))
                .withMessageContaining("joe is a user too");
        assertThat(files.groups()).containsExactly("guests:");
    }

    @Test
    void aFileThatWouldBeBadIsNotWritten() throws Exception {
        // Given
        Files.writeString(users, "ann:hunter2\n");
        // Then
        assertThatIOException()
                .isThrownBy(() -> files.addUser("joe", null))
                .withMessageContaining("line 1: user ann: ");
        assertThat(Files.readString(users)).isEqualTo("ann:hunter2\n");
        files.changePassword("ann", bytes("hunter2"));
        files.addUser("joe", null);
        assertThat(read().isUser("joe")).isTrue();
    }

    @Test
    void aNewFileIsItsOwnersAloneAndAnOldOneKeepsItsMode() throws Exception {
        // When
        files.addUser("joe", null);
        // Then
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(users)))
                .isEqualTo("rw-------");
        Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rw-r-----"));
        files.addUser("ann", null);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(users)))
                .isEqualTo("rw-r-----");
        assertThat(namesIn(folder)).containsExactly("users", "users.lock");
    }

    @Test
    void aFileIsReplacedNotRewrittenAndALinkStaysOne() throws Exception {
        // Given
        Path real = Files.createDirectory(folder.resolve("real")).resolve("people");
        Files.writeString(real, "ann:*\n");
        Files.createSymbolicLink(users, real);
        Object before = FileStamp.of(real).inode();
        // When
        files.addUser("joe", null);
        // Then
        assertThat(users).isSymbolicLink();
        assertThat(Files.readString(real)).isEqualTo("ann:*\njoe:*\n");
        assertThat(FileStamp.of(real).inode()).isNotEqualTo(before);
    }

    @Test
    void whatIsNotConfiguredIsSaid() {
        // Given
        AccountFiles none = new AccountFiles(IdentityFiles.NONE, time);
        AccountFiles nowhere =
                new AccountFiles(new IdentityFiles(folder.resolve("no").resolve("users"), null, null, null), time);
        // Then
        assertThatIllegalArgumentException()
                .isThrownBy(() -> none.addUser("joe", null))
                .withMessage("no file of users: packhorse.identity.users is not set, and there is no --file");
        assertThatIOException()
                .isThrownBy(() -> nowhere.addUser("joe", null))
                .withMessageStartingWith("there is no folder for ");
    }

    @Test
    void threadsDoNotLoseEachOthersChanges() throws Exception {
        // When
        IntStream.range(0, 40).parallel().forEach(i -> {
            try {
                files.addUser("user" + i, null);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        // Then
        assertThat(files.users()).hasSize(40);
    }

    /** A process of its own that adds users. */
    static final class Adding {

        private Adding() {}

        public static void main(String... args) throws IOException {
            AccountFiles files =
                    new AccountFiles(new IdentityFiles(Path.of(args[0]), null, null, null), new StillTime());
            for (int i = 0; i < 40; i++) {
                files.addUser(args[1] + i, null);
            }
        }
    }

    @Test
    void processesDoNotLoseEachOthersChanges() throws Exception {
        // Given
        List<Process> processes = new ArrayList<>();
        try {
            for (String prefix : List.of("a", "b", "c")) {
                processes.add(new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Adding.class.getName(),
                                users.toString(),
                                prefix)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve(prefix + ".log").toFile())
                        .start());
            }
            // When
            for (Process each : processes) {
                assertThat(each.waitFor(5, TimeUnit.MINUTES)).isTrue();
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
        // Then
        assertThat(files.users()).hasSize(120);
    }
}
