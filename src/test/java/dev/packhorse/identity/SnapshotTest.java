package dev.packhorse.identity;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotTest {

    private static final String HASH = "$2b$05$abcdefghijklmnopqrstuuKcS.CYWVYVaLiiCKrrc0A5s3mGesJ9O";
    private static final String SHA = "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5";
    private static final String DIGEST = "0123456789abcdef".repeat(4);
    private static final String ED25519 =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsABgH5C9okWi0dh2l9GKJl joe@laptop";
    private static final InetAddress ADDRESS = InetAddress.getLoopbackAddress();
    private static final Path USERS = Path.of("users");
    private static final Path GROUPS = Path.of("groups");
    private static final Path KEYS = Path.of("keys");
    private static final Path SSH = Path.of("ssh-keys");

    private static Snapshot users(String users) throws IOException {
        return Snapshot.parse(new IdentityFiles(USERS, null, null, null), Map.of(USERS, users.getBytes(UTF_8)));
    }

    private static Snapshot all(String users, String groups, String keys, String ssh) throws IOException {
        Map<Path, byte[]> contents = new HashMap<>();
        contents.put(USERS, users.getBytes(UTF_8));
        contents.put(GROUPS, groups.getBytes(UTF_8));
        contents.put(KEYS, keys.getBytes(UTF_8));
        contents.put(SSH, ssh.getBytes(UTF_8));
        return Snapshot.parse(new IdentityFiles(USERS, GROUPS, KEYS, SSH), contents);
    }

    @Test
    void usersAreReadPastCommentsEmptyLinesAndForeignLineEnds() throws Exception {
        // When
        Snapshot known = users("# who\r\n\r\njoe:" + HASH + "\r\n  \nann@example.org:*\nbob-2.x_y:" + SHA);
        // Then
        assertThat(known.isUser("joe")).isTrue();
        assertThat(known.isUser("ann@example.org")).isTrue();
        assertThat(known.isUser("bob-2.x_y")).isTrue();
        assertThat(known.isUser("# who")).isFalse();
        assertThat(known.user("ann@example.org")).extracting(User::password).isNull();
        assertThat(known.toString()).isEqualTo("3 users, 0 groups, 0 keys, 0 SSH keys");
    }

    @Test
    void aRefusedHashIsSaidWithFileLineAndUserOnly() {
        assertThatIOException()
                .isThrownBy(() -> users("joe:" + HASH + "\n\nann:hunter2hunter2\n"))
                .withMessage(
                        "users file users, line 3: user ann: a plain password, or a hash of an unknown form: refused;"
                                + " hashes are bcrypt ($2b$, $2y$), argon2id or sha-crypt ($5$, $6$)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "joe",
                ":" + HASH,
                "@joe:" + HASH,
                "-joe:" + HASH,
                "jo e:" + HASH,
                "jo,e:" + HASH,
                "jo\u00e9:" + HASH,
                "anyone:" + HASH,
                "users:" + HASH,
                "anonymous:" + HASH,
                "joe:" + HASH + ":x",
                "joe:" + HASH + "\njoe:" + HASH,
            })
    void whatIsNoUserIsRefusedWithTheNumberOfItsLine(String line) {
        assertThatIOException()
                .isThrownBy(() -> users("# first\n" + line + "\n"))
                .withMessageMatching("users file users, line [23]: .*")
                .withMessageNotContaining(HASH.substring(7));
    }

    @Test
    void aBrokenNameIsNotRepeatedSinceItMayBeAPassword() {
        assertThatIOException().isThrownBy(() -> users("my secret!:x\n")).withMessageNotContaining("secret");
    }

    @Test
    void aFileThatIsNotUtf8IsRefused() {
        assertThatIOException()
                .isThrownBy(() -> Snapshot.parse(
                        new IdentityFiles(USERS, null, null, null), Map.of(USERS, "# \u00fc\n".getBytes(ISO_8859_1))))
                .withMessage("users file users is not UTF-8");
    }

    @Test
    void groupsHaveMembersFromSeveralLinesOrNone() throws Exception {
        // When
        Snapshot known = all("joe:*\nann:*\n", "family: joe ann\nfamily:\tbob\nguests:\n", "", "");
        // Then
        assertThat(known.isGroup("family")).isTrue();
        assertThat(known.isGroup("guests")).isTrue();
        assertThat(known.caller("joe", ADDRESS, null).groups()).containsExactly("family");
        assertThat(known.caller("ann", ADDRESS, null).groups()).containsExactly("family");
    }

    @ParameterizedTest
    @ValueSource(strings = {"family", "family: jo:e", "anyone: joe", ": joe", "family: @joe"})
    void whatIsNoGroupIsRefused(String line) {
        assertThatIOException()
                .isThrownBy(() -> all("joe:*\n", line + "\n", "", ""))
                .withMessageStartingWith("groups file groups, line 1: ");
    }

    @Test
    void aUserAndAGroupDoNotShareAName() {
        assertThatIOException()
                .isThrownBy(() -> all("joe:*\n", "joe: joe\n", "", ""))
                .withMessage("groups file groups: joe is a user too, and a rule could not say which it means");
    }

    @Test
    void aKeyHasOwnerScopeAndExpiry() throws Exception {
        // When
        Snapshot known = all(
                "joe:*\n",
                "",
                "k1 " + DIGEST + " joe r /photos,/music/new 2027-01-31T00:00:00Z\nk2\t" + DIGEST + " joe rw * never\n",
                "");
        // Then
        ApiKey one = Objects.requireNonNull(known.keys().get("k1"));
        assertThat(one.owner()).isEqualTo("joe");
        assertThat(one.scope())
                .isEqualTo(new Caller.Scope(Set.of(Right.READ, Right.LIST), Set.of("/photos", "/music/new")));
        assertThat(one.expires()).isEqualTo(Instant.parse("2027-01-31T00:00:00Z"));
        ApiKey two = Objects.requireNonNull(known.keys().get("k2"));
        assertThat(two.scope()).isNull();
        assertThat(two.expires()).isNull();
        assertThat(one.toString()).doesNotContain(DIGEST.substring(0, 8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "k1 DIGEST joe r *|a key is written: id hash owner rights exports expiry",
                "k1 DIGEST joe r * never more|a key is written: id hash owner rights exports expiry",
                "K1 DIGEST joe r * never|the id of a key is up to 32 small letters, digits and -",
                "k_1 DIGEST joe r * never|the id of a key is up to 32 small letters, digits and -",
                "k1 DIGES joe r * never|key k1: the hash is not SHA-256 in 64 hexadecimal digits",
                "k1 joe DIGEST r * never|key k1: the hash is not SHA-256 in 64 hexadecimal digits",
                "k1 DIGEST @joe r * never|key k1: a name is up to 128 letters, digits and . _ @ -, and begins with a letter or a digit",
                "k1 DIGEST joe x * never|key k1: the rights are r, w, rw, none, or read, list, write, delete, metadata joined by +",
                "k1 DIGEST joe r photos never|key k1: an export is a path, /photos, without commas and blanks",
                "k1 DIGEST joe r /a,, never|key k1: an export is a path, /photos, without commas and blanks",
                "k1 DIGEST joe r /a/../b never|key k1: an export is a path, /photos",
                "k1 DIGEST joe r * tomorrow|key k1: the expiry is never, or an instant like 2027-01-31T00:00:00Z",
            })
    void whatIsNoKeyIsRefused(String line, String why) {
        assertThatIOException()
                .isThrownBy(() -> all("joe:*\n", "", line.replace("DIGEST", DIGEST) + "\n", ""))
                .withMessage("keys file keys, line 1: " + why);
    }

    @Test
    void aKeyIdStandsOnce() {
        assertThatIOException()
                .isThrownBy(() -> all("joe:*\n", "", ("k1 " + DIGEST + " joe r * never\n").repeat(2), ""))
                .withMessage("keys file keys, line 2: key k1 is there twice");
    }

    @Test
    void keysOfWhoIsNoUserAreOrphans() throws Exception {
        // When
        Snapshot known = all("joe:*\n", "", "k1 " + DIGEST + " bob rw * never\n", "bob " + ED25519 + "\n");
        // Then
        assertThat(known.isUser("bob")).isFalse();
        assertThat(known.orphans()).containsExactly("key k1 of bob", "SSH key of bob");
    }

    @Test
    void ownersAreNamesWhereThereIsNoUsersFile() throws Exception {
        // When
        Snapshot known = Snapshot.parse(
                new IdentityFiles(null, null, KEYS, null),
                Map.of(KEYS, ("k1 " + DIGEST + " backup rw * never\n").getBytes(UTF_8)));
        // Then
        assertThat(known.isUser("backup")).isTrue();
        assertThat(known.orphans()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "joe|a key is written: user ssh-ed25519 AAAA...",
                "joe ssh-ed25519|user joe: no SSH key",
                "joe ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsABgH5|user joe: no SSH key",
                "joe ssh-ed25519-cert-v01@openssh.com AAAA|user joe: no SSH key",
                "joe command=\"ls\" ED25519|user joe: options in front of a key are not supported",
                "joe no-pty ED25519|user joe: options in front of a key are not supported",
            })
    void whatIsNoSshKeyIsRefused(String line, String why) {
        assertThatIOException()
                .isThrownBy(() -> all("joe:*\n", "", "", line.replace("ED25519", ED25519) + "\n"))
                .withMessageContaining("SSH keys file ssh-keys, line 1: ");
        assertThatIOException()
                .isThrownBy(() -> all("joe:*\n", "", "", line.replace("ED25519", ED25519) + "\n"))
                .withMessageEndingWith(why);
    }

    @Test
    void oneSshKeyIsOfOneUser() {
        assertThatIOException()
                .isThrownBy(() -> all("joe:*\nann:*\n", "", "", "joe " + ED25519 + "\nann " + ED25519 + "\n"))
                .withMessage("SSH keys file ssh-keys, line 2: the key of ann is also that of joe");
    }

    @Test
    void theDecoyIsOfTheKindThatMostUsersHave() throws Exception {
        // When
        Snapshot known = users("a:" + SHA + "\nb:" + HASH + "\nc:" + HASH + "\nd:*\ne:*\nf:*\n");
        // Then
        assertThat(known.decoy()).extracting(PasswordHash::label).isEqualTo("bcrypt 5");
        assertThat(users("a:*\n").decoy()).isNull();
    }

    @Test
    void whateverAFileHoldsIsReadOrRefusedWithOneLine() {
        // Given
        Random random = new Random(7);
        String[] pieces = {
            "joe",
            ":",
            " ",
            "\n",
            "\t",
            "#",
            "@",
            ",",
            HASH,
            DIGEST,
            "k1",
            "r",
            "rw",
            "*",
            "never",
            "/a",
            ED25519,
            "\u00e9",
            "family",
            "\u0000",
            "2027-01-31T00:00:00Z",
            "\r",
            "read+list",
            "\"",
            "="
        };
        for (int i = 0; i < 1_500; i++) {
            StringBuilder text = new StringBuilder();
            for (int left = random.nextInt(14); left > 0; left--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            String content = text.toString();
            for (int which = 0; which < 4; which++) {
                String[] contents = {"", "", "", ""};
                contents[which] = content;
                // When
                try {
                    all(contents[0], contents[1], contents[2], contents[3]);
                } catch (IOException e) {
                    // Then
                    assertThat(e.getMessage())
                            .matches("(users|groups|keys|SSH keys) file .*")
                            .doesNotContain("\n");
                }
            }
        }
    }
}
