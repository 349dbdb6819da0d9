package dev.packhorse.identity.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.identity.StillTime;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountCommandsTest {

    @TempDir
    Path folder;

    private final StillTime time = new StillTime();

    /** What a command has come to. */
    private record Ran(int status, String out, String err) {}

    private Ran run(String typed, String... arguments) {
        Map<String, String> configured = Map.of(
                "packhorse.identity.users", folder.resolve("users").toString(),
                "packhorse.identity.groups", folder.resolve("groups").toString(),
                "packhorse.identity.keys", folder.resolve("keys").toString());
        return run(configured, typed, arguments);
    }

    private Ran run(Map<String, String> configured, String typed, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = AccountCommands.run(
                arguments,
                configured::get,
                new Terminal(
                        null,
                        new ByteArrayInputStream(typed.getBytes(UTF_8)),
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(err, true, UTF_8)),
                time);
        return new Ran(status, out.toString(UTF_8), err.toString(UTF_8));
    }

    @Test
    void usersGroupsAndKeysAreMadeListedAndRemoved() throws Exception {
        // When
        assertThat(run("sesame\n", "user", "add", "joe", "--stdin")).isEqualTo(new Ran(0, "", ""));
        assertThat(run("", "user", "add", "bot", "--no-password")).isEqualTo(new Ran(0, "", ""));
        assertThat(run("", "group", "add", "family", "joe", "bot")).isEqualTo(new Ran(0, "", ""));
        assertThat(run("", "group", "add", "guests")).isEqualTo(new Ran(0, "", ""));
        Ran key = run(
                "",
                "key",
                "add",
                "bot",
                "--id",
                "k1",
                "--scope",
                "r",
                "--export",
                "/a",
                "--export",
                "/b",
                "--expires",
                "30d");
        // Then
        assertThat(key.status()).isZero();
        assertThat(key.out()).matches("ph_k1_[A-Za-z0-9_-]{43}\\R");
        assertThat(key.err()).isEqualTo("This is the only time that the key is shown." + System.lineSeparator());
        assertThat(run("", "user", "list").out().lines())
                .containsExactly("bot\tno password\tfamily", "joe\targon2id m=19456,t=2,p=1\tfamily");
        assertThat(run("", "group", "list").out().lines()).containsExactly("family: bot joe", "guests:");
        assertThat(run("", "key", "list").out().lines()).containsExactly("k1\tbot\tr\t/a,/b\t2026-05-31T12:00:00Z");
        String before = Files.readString(folder.resolve("users"));
        assertThat(run("other\r\n", "user", "passwd", "joe", "--stdin")).isEqualTo(new Ran(0, "", ""));
        assertThat(Files.readString(folder.resolve("users"))).isNotEqualTo(before);
        assertThat(run("", "group", "remove", "family", "bot").status()).isZero();
        assertThat(run("", "key", "remove", "k1").status()).isZero();
        assertThat(run("", "user", "remove", "bot").status()).isZero();
        assertThat(run("", "user", "list").out().lines()).hasSize(1);
        assertThat(run("", "key", "list").out()).isEmpty();
    }

    @Test
    void aKeyMayDoEverythingEverywhereForEverUnlessSaid() {
        // Given
        run("", "user", "add", "bot", "--no-password");
        // When
        run("", "key", "add", "bot");
        // Then
        assertThat(run("", "key", "list").out()).matches("[0-9a-f]{10}\tbot\trw\t\\*\tnever\\R");
    }

    @Test
    void aFileMayBeNamedInThePlaceOfTheConfiguredOne() {
        // Given
        String file = folder.resolve("mine").toString();
        // When
        Ran ran = run(Map.of(), "sesame", "user", "add", "joe", "--stdin", "--file", file);
        // Then
        assertThat(ran).isEqualTo(new Ran(0, "", ""));
        assertThat(folder.resolve("mine")).exists();
        assertThat(run(Map.of(), "sesame", "user", "add", "joe", "--stdin").err())
                .startsWith("packhorse: no file of users: packhorse.identity.users is not set");
    }

    @Test
    void whatIsRefusedIsSaidInALineAndIsNotDone() {
        // Given
        run("", "user", "add", "joe", "--no-password");
        // Then
        assertThat(run("", "user", "add", "joe", "--no-password"))
                .isEqualTo(new Ran(1, "", "packhorse: there is a user joe already" + System.lineSeparator()));
        assertThat(run("\n", "user", "add", "ann", "--stdin").err())
                .startsWith("packhorse: a password has 1 to 512 bytes");
        assertThat(run("", "user", "add", "ann").err())
                .startsWith("packhorse: there is no terminal to type a password on: --stdin");
        assertThat(run("", "key", "add", "joe", "--expires", "soon").status()).isEqualTo(1);
        assertThat(run("", "key", "add", "joe", "--scope", "x").status()).isEqualTo(1);
        assertThat(run("", "user", "list").out().lines()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "user",
                "user nonsense",
                "user add",
                "user add joe secret",
                "user add joe --password secret",
                "key",
                "key add",
                "group",
                "group add",
                "user list --stdin"
            })
    void whatIsNoCommandEndsWithUsage(String line) {
        // When
        Ran ran = run("", line.isEmpty() ? new String[0] : line.split(" "));
        // Then
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).containsAnyOf("Usage: packhorse", "Did you mean: packhorse");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void helpSaysWhatThereIs() {
        for (List<String> line : List.of(
                List.of("--help"),
                List.of("user", "--help"),
                List.of("key", "add", "--help"),
                List.of("group", "-h"))) {
            Ran ran = run("", line.toArray(new String[0]));
            assertThat(ran.status()).isZero();
            assertThat(ran.out()).startsWith("Usage: packhorse");
        }
    }
}
